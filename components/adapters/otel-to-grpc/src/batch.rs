//! Records held back, grouped by resource and scope as OTLP wants them. Knows nothing of what the
//! records are, nor of sending.

use std::collections::BTreeMap;

use prost::Message;

use crate::otlp::{ExportRequest, Record, Resource, ResourceGroup, Scope, ScopeGroup};

/// Where a record belongs: its resource and scope, each with its schema URL.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Origin {
    pub(crate) resource: (Resource, String),
    pub(crate) scope: (Scope, String),
}

/// Where the groups of scopes stand within the group of their resource.
type Scopes = BTreeMap<Vec<u8>, usize>;

/// A request that grows record by record.
pub(crate) struct Batch<R: Record> {
    request: ExportRequest<R>,
    /// Where the group of a resource, and the one of a scope within it, stands in the request.
    places: BTreeMap<Vec<u8>, (usize, Scopes)>,
    records: usize,
    bytes: usize,
}

impl<R: Record> Batch<R> {
    pub(crate) fn new() -> Self {
        Self {
            request: ExportRequest { groups: Vec::new() },
            places: BTreeMap::new(),
            records: 0,
            bytes: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.records
    }

    /// About the size of the request.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn push(&mut self, origin: Origin, record: R) {
        self.bytes += record.encoded_len();
        self.records += 1;
        if let Some(scope) = self.group(origin) {
            scope.records.push(record);
        }
    }

    /// The group of this origin, made if it is not there.
    fn group(&mut self, origin: Origin) -> Option<&mut ScopeGroup<R>> {
        let Origin { resource: (resource, resource_schema), scope: (scope, scope_schema) } = origin;
        let groups = &mut self.request.groups;
        let bytes = &mut self.bytes;

        let key = key(&resource, &resource_schema);
        let (place, scopes) = self.places.entry(key).or_insert_with_key(|key| {
            *bytes += key.len();
            groups.push(ResourceGroup {
                resource: Some(resource),
                scopes: Vec::new(),
                schema_url: resource_schema,
            });
            (groups.len() - 1, BTreeMap::new())
        });
        let group = groups.get_mut(*place)?;

        let key = self::key(&scope, &scope_schema);
        let place = scopes.entry(key).or_insert_with_key(|key| {
            *bytes += key.len();
            group.scopes.push(ScopeGroup {
                scope: Some(scope),
                records: Vec::new(),
                schema_url: scope_schema,
            });
            group.scopes.len() - 1
        });
        group.scopes.get_mut(*place)
    }

    /// Two halves, for a batch that was too large to be taken at once.
    pub(crate) fn split(self) -> (Self, Self) {
        let half = self.records / 2;
        let (mut first, mut second) = (Self::new(), Self::new());
        for group in self.request.groups {
            let resource = (group.resource.unwrap_or_default(), group.schema_url);
            for scope in group.scopes {
                let origin = Origin {
                    resource: resource.clone(),
                    scope: (scope.scope.unwrap_or_default(), scope.schema_url),
                };
                for record in scope.records {
                    let side = if first.records < half { &mut first } else { &mut second };
                    side.push(origin.clone(), record);
                }
            }
        }
        (first, second)
    }

    /// The bytes of the request.
    pub(crate) fn encode(&self) -> Vec<u8> {
        self.request.encode_to_vec()
    }
}

/// Equal for what is the same resource or scope. The length keeps the two parts apart.
fn key(message: &impl Message, schema_url: &str) -> Vec<u8> {
    let mut key = message.encode_length_delimited_to_vec();
    key.extend_from_slice(schema_url.as_bytes());
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::LogRecord;
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;

    fn origin(resource_schema: &str, scope: &str) -> Origin {
        let scope = Scope { name: scope.into(), ..Scope::default() };
        Origin {
            resource: (Resource::default(), resource_schema.into()),
            scope: (scope, String::new()),
        }
    }

    fn record(number: u64) -> LogRecord {
        LogRecord { time_unix_nano: number, ..LogRecord::default() }
    }

    fn batch(list: &[(&str, &str, u64)]) -> Batch<LogRecord> {
        let mut batch = Batch::new();
        for (schema, scope, number) in list {
            batch.push(origin(schema, scope), record(*number));
        }
        batch
    }

    /// As the receiver sees it: schema of the resource, scope, times.
    fn groups(batch: &Batch<LogRecord>) -> Vec<(String, String, Vec<u64>)> {
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
    fn size_is_nearly_exact() {
        let list: Vec<_> = (0..1000).map(|number| ("schema", "scope", number)).collect();
        let batch = batch(&list);
        let exact = batch.encode().len();
        assert!(batch.bytes().abs_diff(exact) * 4 < exact, "{} {exact}", batch.bytes());
    }
}
