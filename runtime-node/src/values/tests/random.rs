//! Round trips: value → JSON → value over random shapes, text as captures and queries bring it,
//! and JSON that nobody meant for the shape.

use proptest::prelude::*;
use proptest::strategy::Union;
use wasmtime::component::Val;

use super::*;

fn leaf() -> impl Strategy<Value = Shape> {
    let simple = vec![
        Shape::Bool,
        Shape::S8,
        Shape::U8,
        Shape::S16,
        Shape::U16,
        Shape::S32,
        Shape::U32,
        Shape::S64,
        Shape::U64,
        Shape::F32,
        Shape::F64,
        Shape::Char,
        Shape::String,
        Shape::Bytes,
    ];
    prop_oneof![
        8 => proptest::sample::select(simple),
        1 => labels().prop_map(Shape::Enum),
        1 => labels().prop_map(Shape::Flags),
    ]
}

fn labels() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::btree_set("[a-z][a-z0-9]{0,5}", 1..5)
        .prop_map(|labels| labels.into_iter().collect())
}

fn labelled<T: std::fmt::Debug + Clone>(
    inside: impl Strategy<Value = T>,
) -> impl Strategy<Value = Vec<(String, T)>> {
    proptest::collection::btree_map("[a-z][a-z0-9]{0,5}", inside, 1..4)
        .prop_map(|entries| entries.into_iter().collect())
}

fn shape() -> impl Strategy<Value = Shape> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let maybe = || proptest::option::of(boxed());
        prop_oneof![
            // `list<u8>` is `Bytes`.
            boxed().prop_map(|s| if *s == Shape::U8 { Shape::Bytes } else { Shape::List(s) }),
            (boxed(), 1_u32..4).prop_map(|(shape, length)| Shape::FixedList(shape, length)),
            boxed().prop_map(Shape::Option),
            boxed().prop_map(|shape| Shape::Option(Box::new(Shape::Option(shape)))),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Shape::Tuple),
            labelled(inner.clone()).prop_map(Shape::Record),
            labelled(proptest::option::of(inner.clone())).prop_map(Shape::Variant),
            (maybe(), maybe()).prop_map(|(ok, error)| Shape::Result { ok, error }),
        ]
    })
}

fn val(shape: &Shape) -> BoxedStrategy<Val> {
    match shape {
        Shape::Bool => any::<bool>().prop_map(Val::Bool).boxed(),
        Shape::S8 => any::<i8>().prop_map(Val::S8).boxed(),
        Shape::U8 => any::<u8>().prop_map(Val::U8).boxed(),
        Shape::S16 => any::<i16>().prop_map(Val::S16).boxed(),
        Shape::U16 => any::<u16>().prop_map(Val::U16).boxed(),
        Shape::S32 => any::<i32>().prop_map(Val::S32).boxed(),
        Shape::U32 => any::<u32>().prop_map(Val::U32).boxed(),
        Shape::S64 => any::<i64>().prop_map(Val::S64).boxed(),
        Shape::U64 => any::<u64>().prop_map(Val::U64).boxed(),
        // Every bit pattern, so also those whose shortest text is hard to round.
        Shape::F32 => any::<u32>().prop_map(|bits| Val::Float32(f32::from_bits(bits))).boxed(),
        Shape::F64 => any::<u64>().prop_map(|bits| Val::Float64(f64::from_bits(bits))).boxed(),
        Shape::Char => any::<char>().prop_map(Val::Char).boxed(),
        Shape::String => any::<String>().prop_map(Val::String).boxed(),
        Shape::Bytes => many(&Shape::U8, 0..5).prop_map(Val::List).boxed(),
        Shape::List(inner) => many(inner, 0..4).prop_map(Val::List).boxed(),
        Shape::FixedList(inner, length) => many(inner, *length as usize..*length as usize + 1)
            .prop_map(Val::FixedLengthList)
            .boxed(),
        Shape::Tuple(shapes) => {
            shapes.iter().map(val).collect::<Vec<_>>().prop_map(Val::Tuple).boxed()
        }
        Shape::Record(fields) => {
            let names: Vec<String> = fields.iter().map(|(name, _)| name.clone()).collect();
            let vals: Vec<_> = fields.iter().map(|(_, shape)| val(shape)).collect();
            vals.prop_map(move |vals| Val::Record(names.iter().cloned().zip(vals).collect()))
                .boxed()
        }
        Shape::Variant(cases) => Union::new(cases.iter().map(|(name, shape)| {
            let name = name.clone();
            payload(shape.as_ref()).prop_map(move |val| Val::Variant(name.clone(), val))
        }))
        .boxed(),
        Shape::Enum(names) => proptest::sample::select(names.clone()).prop_map(Val::Enum).boxed(),
        Shape::Flags(names) => {
            let count = names.len();
            proptest::sample::subsequence(names.clone(), 0..=count).prop_map(Val::Flags).boxed()
        }
        Shape::Option(inner) => {
            proptest::option::of(val(inner)).prop_map(|val| Val::Option(val.map(Box::new))).boxed()
        }
        Shape::Result { ok, error } => prop_oneof![
            payload(ok.as_deref()).prop_map(|val| Val::Result(Ok(val))),
            payload(error.as_deref()).prop_map(|val| Val::Result(Err(val))),
        ]
        .boxed(),
        Shape::Foreign(_) => unreachable!("not made by `shape`"),
    }
}

fn many(shape: &Shape, count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Val>> + use<> {
    proptest::collection::vec(val(shape), count)
}

fn payload(shape: Option<&Shape>) -> BoxedStrategy<Option<Box<Val>>> {
    match shape {
        Some(shape) => val(shape).prop_map(|val| Some(Box::new(val))).boxed(),
        None => Just(None).boxed(),
    }
}

fn shaped_val() -> impl Strategy<Value = (Shape, Val)> {
    shape().prop_flat_map(|shape| {
        let val = val(&shape);
        (Just(shape), val)
    })
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z]{0,3}|AP8=|NaN".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{1,2}|some|ok|error|type|value", inner, 0..3)
                .prop_map(|entries| entries.into_iter().collect::<Value>()),
        ]
    })
}

proptest! {
    #[test]
    fn a_value_comes_back_through_json_text((shape, val) in shaped_val()) {
        let text = to_json(&val, &shape).unwrap().to_string();
        let json: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(from_json(&json, &shape, "x"), Ok(val), "{} as {}", text, shape);
    }

    #[test]
    fn a_value_comes_back_through_binding((shape, val) in shaped_val(), by_name in any::<bool>()) {
        let bare = to_json(&val, &shape).unwrap();
        // A bare object that has the parameter's name is by name.
        prop_assume!(by_name || bare.get("x").is_none());
        let json = if by_name { json!({ "x": bare }) } else { bare };
        let signature = Signature { params: vec![("x".into(), shape)], result: None };
        let input = Input::Named { texts: &[], json: Some(&json) };
        prop_assert_eq!(signature.bind(input), Ok(vec![val]));
    }

    #[test]
    fn text_is_the_same_as_json((shape, val) in shaped_val()) {
        let json = to_json(&val, &shape).unwrap();
        let text = json.as_str().map_or_else(|| json.to_string(), ToOwned::to_owned);
        // An empty option of text is left out, not written.
        prop_assume!(!json.is_null() || from_text("null", &shape, "x") == Ok(Val::Option(None)));
        // Text in an option in an option is given as JSON.
        let text = if matches!(&shape, Shape::Option(s) if matches!(**s, Shape::Option(_))) { json.to_string() } else { text };
        prop_assert_eq!(from_text(&text, &shape, "x"), Ok(val), "{} as {}", text, shape);
    }

    #[test]
    fn other_json_is_refused_or_means_one_value(shape in shape(), json in json_value()) {
        match from_json(&json, &shape, "x") {
            Ok(val) => {
                let again = to_json(&val, &shape).unwrap();
                prop_assert_eq!(from_json(&again, &shape, "x"), Ok(val));
            }
            Err(errors) => prop_assert!(!errors.is_empty()),
        }
    }

    #[test]
    fn any_text_is_refused_or_read(shape in shape(), text in any::<String>()) {
        if let Err(errors) = from_text(&text, &shape, "x") {
            prop_assert!(!errors.is_empty());
        }
    }
}
