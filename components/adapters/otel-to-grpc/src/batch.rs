//! Records held back, each as its bytes, grouped by resource and scope as OTLP wants them. Knows
//! nothing of what the records are, nor of sending.

use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len, message};

use crate::otlp::{Resource, Scope};

/// The fields of `ResourceLogs` and `ResourceSpans`, `ScopeLogs` and `ScopeSpans`: what the group
/// is about, its members, its schema URL.
const ABOUT: u32 = 1;
const MEMBERS: u32 = 2;
const SCHEMA: u32 = 3;
/// The one field of a request.
const GROUPS: u32 = 1;

/// Where a record belongs: its resource and scope as bytes, each with its schema URL.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Origin {
    resource: (Vec<u8>, String),
    scope: (Vec<u8>, String),
}

impl Origin {
    pub(crate) fn new(resource: &(Resource, String), scope: &(Scope, String)) -> Self {
        Self {
            resource: (resource.0.encode_to_vec(), resource.1.clone()),
            scope: (scope.0.encode_to_vec(), scope.1.clone()),
        }
    }
}

/// A record as its group holds it.
pub(crate) struct Encoded(Vec<u8>);

impl Encoded {
    pub(crate) fn of(record: &impl Message) -> Self {
        let mut bytes = Vec::new();
        message::encode(MEMBERS, record, &mut bytes);
        Self(bytes)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// A request that grows record by record.
#[derive(Default)]
pub(crate) struct Batch {
    resources: Groups<Groups<Records>>,
    records: usize,
    bytes: usize,
}

impl Batch {
    pub(crate) fn len(&self) -> usize {
        self.records
    }

    /// About the size of the request.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn push(&mut self, origin: Origin, record: &Encoded) {
        self.add(origin, &record.0);
    }

    fn add(&mut self, origin: Origin, record: &[u8]) {
        self.records += 1;
        self.bytes += record.len();
        let scopes = self.resources.members(origin.resource, &mut self.bytes);
        let records = scopes.and_then(|scopes| scopes.members(origin.scope, &mut self.bytes));
        if let Some(records) = records {
            records.bytes.extend_from_slice(record);
            records.ends.push(records.bytes.len());
        }
    }

    /// Two halves, for a batch that was too large to be taken at once.
    pub(crate) fn split(self) -> (Self, Self) {
        let half = self.records / 2;
        let (mut first, mut second) = (Self::default(), Self::default());
        for resource in self.resources.list {
            for scope in resource.members.list {
                let origin = Origin { resource: resource.about.clone(), scope: scope.about };
                for record in scope.members.each() {
                    let side = if first.records < half { &mut first } else { &mut second };
                    side.add(origin.clone(), record);
                }
            }
        }
        (first, second)
    }

    /// The bytes of the request.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.resources.len(GROUPS));
        self.resources.write(GROUPS, &mut bytes);
        bytes
    }
}

/// What a group holds many of, as fields of the group.
trait Members: Default {
    fn len(&self, tag: u32) -> usize;
    fn write(&self, tag: u32, out: &mut Vec<u8>);
}

/// One resource or one scope.
struct Group<M> {
    /// The encoded message, and the schema URL.
    about: (Vec<u8>, String),
    members: M,
}

impl<M: Members> Group<M> {
    fn len(&self) -> usize {
        let (about, schema) = &self.about;
        let schema = if schema.is_empty() { 0 } else { field_len(SCHEMA, schema.len()) };
        field_len(ABOUT, about.len()) + self.members.len(MEMBERS) + schema
    }

    fn write(&self, out: &mut Vec<u8>) {
        let (about, schema) = &self.about;
        write_head(ABOUT, about.len(), out);
        out.extend_from_slice(about);
        self.members.write(MEMBERS, out);
        if !schema.is_empty() {
            write_head(SCHEMA, schema.len(), out);
            out.extend_from_slice(schema.as_bytes());
        }
    }
}

/// Groups in the order of their first records.
struct Groups<M> {
    list: Vec<Group<M>>,
    /// Where they stand in the list, ordered by what they are about.
    sorted: Vec<usize>,
}

impl<M> Default for Groups<M> {
    fn default() -> Self {
        Self { list: Vec::new(), sorted: Vec::new() }
    }
}

impl<M: Members> Groups<M> {
    /// The members of the group about this, which is made if it is not there.
    fn members(&mut self, about: (Vec<u8>, String), bytes: &mut usize) -> Option<&mut M> {
        let of = |at: &usize| self.list.get(*at).map(|group| &group.about);
        let at = match self.sorted.binary_search_by(|at| of(at).cmp(&Some(&about))) {
            Ok(place) => *self.sorted.get(place)?,
            Err(place) => {
                *bytes += about.0.len() + about.1.len();
                self.sorted.insert(place, self.list.len());
                self.list.push(Group { about, members: M::default() });
                self.list.len() - 1
            }
        };
        self.list.get_mut(at).map(|group| &mut group.members)
    }
}

impl<M: Members> Members for Groups<M> {
    fn len(&self, tag: u32) -> usize {
        self.list.iter().map(|group| field_len(tag, group.len())).sum()
    }

    fn write(&self, tag: u32, out: &mut Vec<u8>) {
        for group in &self.list {
            write_head(tag, group.len(), out);
            group.write(out);
        }
    }
}

/// Encoded records, one behind the other.
#[derive(Default)]
struct Records {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Records {
    fn each(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(&0).chain(&self.ends);
        begins.zip(&self.ends).filter_map(|(begin, end)| self.bytes.get(*begin..*end))
    }
}

impl Members for Records {
    fn len(&self, _: u32) -> usize {
        self.bytes.len()
    }

    fn write(&self, _: u32, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.bytes);
    }
}

fn field_len(tag: u32, len: usize) -> usize {
    key_len(tag) + encoded_len_varint(len as u64) + len
}

fn write_head(tag: u32, len: usize, out: &mut Vec<u8>) {
    encode_key(tag, WireType::LengthDelimited, out);
    encode_varint(len as u64, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::LogRecord;
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;

    fn origin(resource_schema: &str, scope: &str) -> Origin {
        let scope = Scope { name: scope.into(), ..Scope::default() };
        Origin::new(&(Resource::default(), resource_schema.into()), &(scope, String::new()))
    }

    fn record(number: u64) -> Encoded {
        Encoded::of(&LogRecord { time_unix_nano: number, ..LogRecord::default() })
    }

    fn batch(list: &[(&str, &str, u64)]) -> Batch {
        let mut batch = Batch::default();
        for (schema, scope, number) in list {
            batch.push(origin(schema, scope), &record(*number));
        }
        batch
    }

    /// As the receiver sees it: schema of the resource, scope, times.
    fn groups(batch: &Batch) -> Vec<(String, String, Vec<u64>)> {
        let request =
            <ExportLogsServiceRequest as prost::Message>::decode(&*batch.encode()).unwrap();
        let mut groups = Vec::new();
        for resource in request.resource_logs {
            for scope in resource.scope_logs {
                let times = scope.log_records.iter().map(|record| record.time_unix_nano).collect();
                groups.push((resource.schema_url.clone(), scope.scope.unwrap().name, times));
            }
        }
        groups
    }

    fn group(schema: &str, scope: &str, times: &[u64]) -> (String, String, Vec<u64>) {
        (schema.to_owned(), scope.to_owned(), times.to_vec())
    }

    #[test]
    fn equal_origins_share_a_group_and_order_stays() {
        let batch = batch(&[("", "a", 1), ("", "b", 2), ("s", "a", 3), ("", "a", 4)]);
        assert_eq!(
            groups(&batch),
            [group("", "a", &[1, 4]), group("", "b", &[2]), group("s", "a", &[3])]
        );
        assert_eq!(batch.len(), 4);
    }

    #[test]
    fn halves_have_all_records_once() {
        let (first, second) = batch(&[("", "a", 1), ("s", "b", 2), ("", "a", 3)]).split();
        assert_eq!(groups(&first), [group("", "a", &[1])]);
        assert_eq!(groups(&second), [group("", "a", &[3]), group("s", "b", &[2])]);
        assert_eq!((first.len(), second.len()), (1, 2));
    }

    #[test]
    fn a_real_decoder_gives_the_same_bytes_back() {
        let list: Vec<_> = (0..300).map(|number| (["", "s"][number % 2], "scope", 1)).collect();
        for list in [&list[..], &list[..1], &[]] {
            let bytes = batch(list).encode();
            let request = <ExportLogsServiceRequest as prost::Message>::decode(&*bytes).unwrap();
            assert_eq!(request.encode_to_vec(), bytes);
        }
    }

    #[test]
    fn size_is_nearly_exact() {
        let list: Vec<_> = (0..1000).map(|number| ("schema", "scope", number)).collect();
        let batch = batch(&list);
        let exact = batch.encode().len();
        assert!(batch.bytes().abs_diff(exact) * 4 < exact, "{} {exact}", batch.bytes());
    }
}
