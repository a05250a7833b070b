//! What holds between fields, as expressions an API server evaluates. Whatever needs the whole graph
//! (whether names exist, circles) costs too much there and stays with the check.

use serde_json::{Value, json};

use crate::manifest::CapabilityType;
use crate::shape::{Record, Rule};

/// One rule of `x-kubernetes-validations`.
pub(super) struct Expression {
    rule: String,
    message: String,
    /// The field it is about, from the place of the rule.
    field: Option<String>,
}

impl From<Expression> for Value {
    fn from(expression: Expression) -> Self {
        let mut value = json!({"rule": expression.rule, "message": expression.message});
        if let Some(field) = expression.field {
            super::schema::set(&mut value, "fieldPath", json!(format!(".{field}")));
        }
        value
    }
}

/// All rules of the record that stands at `path`.
pub(super) fn rules(record: &Record, path: &str) -> Vec<Value> {
    let table = record.rules.iter().filter_map(from_table);
    table.chain(own(path)).map(Value::from).collect()
}

fn from_table(rule: &Rule) -> Option<Expression> {
    match rule {
        Rule::ExactlyOne { of, .. } => {
            let has: Vec<_> = of.iter().map(|key| format!("has(self.{key})")).collect();
            Some(Expression {
                rule: format!("[{}].exists_one(x, x)", has.join(", ")),
                message: format!("write exactly one of `{}`", of.join("`, `")),
                field: None,
            })
        }
        Rule::Needs { key, needs, .. } => Some(Expression {
            rule: format!("!has(self.{key}) || has(self.{needs})"),
            message: format!("`{key}` needs `{needs}` beside it"),
            field: Some((*key).to_owned()),
        }),
        // Told apart from a mistake: the operator says which source to write instead.
        Rule::LaptopOnly { .. } => None,
        Rule::Own(_) => None,
    }
}

/// The rules that the table of the shape holds as code.
fn own(path: &str) -> Vec<Expression> {
    match path {
        "spec" => vec![Expression {
            rule: "!has(self.capabilities) || self.components.all(c, \
                   !self.capabilities.exists(k, k.name == c.name))"
                .to_owned(),
            message: "a component and a capability have the same name".to_owned(),
            field: Some("capabilities".to_owned()),
        }],
        "spec.capabilities[]" => options(),
        "spec.components[].configFrom[]" => vec![Expression {
            rule: "!has(self.key) || has(self.secretKeyRef) || has(self.configMapKeyRef)"
                .to_owned(),
            message: "`key` has a meaning only beside `secretKeyRef` or `configMapKeyRef`"
                .to_owned(),
            field: Some("key".to_owned()),
        }],
        "spec.autoscaling" => vec![Expression {
            rule: "!has(self.minReplicas) || self.minReplicas <= self.maxReplicas".to_owned(),
            message: "`minReplicas` is larger than `maxReplicas`".to_owned(),
            field: Some("minReplicas".to_owned()),
        }],
        _ => Vec::new(),
    }
}

/// One struct of options, the one of the type.
fn options() -> Vec<Expression> {
    let typed =
        CapabilityType::ALL.into_iter().filter_map(|t| Some((t.as_str(), t.options_key()?)));
    let mut rules: Vec<_> = typed
        .map(|(word, key)| Expression {
            rule: format!("!has(self.{key}) || self.type == '{word}'"),
            message: format!("`{key}` belongs to `type: {word}`"),
            field: Some(key.to_owned()),
        })
        .collect();
    rules.push(Expression {
        rule: "self.type != 'grpc' || has(self.grpc)".to_owned(),
        message: "`type: grpc` needs `grpc` with `paths`".to_owned(),
        field: Some("grpc".to_owned()),
    });
    rules
}
