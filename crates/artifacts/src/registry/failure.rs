//! What may go wrong with a registry, apart from the transport.

use super::layout::LayoutError;
use crate::fetch::FetchError;

/// Completes "… ", after the image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RegistryError {
    #[error("is not in the registry, or not for everybody to see: {said}")]
    NotFound { said: String, anonymous: bool },
    #[error("cannot be read: the registry refuses {}: {said}", who(user.as_deref()))]
    Unauthorized { said: String, user: Option<String> },
    #[error("cannot be read: the registry {registry} is not allowed here")]
    NotAllowed { registry: String },
    #[error("is not laid out as a component: {0}")]
    Layout(#[from] LayoutError),
    #[error("has other bytes in the registry than its digest says")]
    Damaged { wanted: String, found: String },
    #[error("cannot be read: the registry answered {status}: {said}")]
    Answer { status: u16, said: String },
    #[error("cannot be read: the registry asks for an unknown way to log in: {0}")]
    Challenge(String),
    #[error(transparent)]
    Fetch(#[from] FetchError),
}

fn who(user: Option<&str>) -> String {
    match user {
        Some(user) => format!("user `{user}`"),
        None => "whoever has no login".to_owned(),
    }
}
