//! The manifest as a whole: `apiVersion`, `kind`, `metadata`, `spec`.

use super::{Record, Shape, form, optional, record, required};
use super::{
    capability::CAPABILITY,
    component::{COMPONENT, NAME_REF},
    operation,
};

pub(crate) static GRAPH: Record = record(&[
    required("apiVersion", Shape::Text(&form::API)),
    required("kind", Shape::Text(&form::KIND_NAME)),
    required("metadata", Shape::Record(&METADATA)),
    required("spec", Shape::Record(&SPEC)),
    // Part of every manifest that was read from a cluster.
    optional("status", Shape::Ignored),
]);

static METADATA: Record = Record {
    open: true,
    ..record(&[
        required("name", Shape::Text(&form::GRAPH_NAME)),
        optional("namespace", Shape::Text(&form::NAMESPACE)),
    ])
};

static SPEC: Record = record(&[
    required("components", Shape::List { of: &Shape::Record(&COMPONENT), min: 1, max: 128 }),
    optional("capabilities", Shape::List { of: &Shape::Record(&CAPABILITY), min: 0, max: 64 }),
    optional("http", Shape::Record(&operation::HTTP)),
    optional("telemetry", Shape::Record(&operation::TELEMETRY)),
    optional("limits", Shape::Record(&operation::LIMITS)),
    optional("replicas", Shape::Whole { min: 0, max: 10_000 }),
    optional("autoscaling", Shape::Record(&operation::AUTOSCALING)),
    optional("imagePullSecrets", Shape::List { of: &Shape::Record(&NAME_REF), min: 0, max: 16 }),
    optional("serviceAccountName", Shape::Text(&form::OBJECT_NAME)),
    optional("networkPolicy", Shape::Record(&operation::NETWORK_POLICY)),
    optional("podTemplate", Shape::Free { max_bytes: 32 * 1024 }),
]);
