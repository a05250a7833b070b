//! Brings the artifacts of a whole graph: plan, read each origin once, judge for each component.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::StreamExt;
use graph::{ComponentGraph, Problem};

use crate::fetch::{FetchError, Fetcher};
use crate::local::{self, LocalError};
use crate::origin::{self, Options, Origin, Wanted};
use crate::registry::{self, RegistryError};
use crate::{Kind, builtin, digest, identify, report};

/// Origins read at the same time.
const PARALLEL: usize = 8;

/// The bytes of a component.
#[derive(Clone, PartialEq, Eq)]
pub struct Artifact {
    pub bytes: Arc<[u8]>,
    /// `sha256:` and 64 hex digits.
    pub digest: String,
}

impl fmt::Debug for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Artifact({}, {} bytes)", self.digest, self.bytes.len())
    }
}

/// The artifacts of the components of `graph`, by component name, and everything that is wrong
/// with them, in the order of the manifest. What is in the map is a component as far as
/// [`identify`] can see and has the digest the manifest asks for.
pub async fn load(
    graph: &ComponentGraph,
    options: &Options,
) -> (BTreeMap<String, Artifact>, Vec<Problem>) {
    let plan = origin::plan(graph, options);
    let origins: BTreeSet<_> =
        plan.iter().flatten().map(|wanted| &wanted.origin).cloned().collect();
    let read = read_all(origins, options).await;
    let (mut artifacts, mut problems) = (BTreeMap::new(), Vec::new());
    for wanted in plan {
        match wanted.and_then(|w| judge(w, &read, options)) {
            Ok((name, artifact)) => drop(artifacts.insert(name, artifact)),
            Err(found) => problems.extend(found),
        }
    }
    (artifacts, problems)
}

/// The bytes of one file that is a component as far as [`identify`] can see.
pub async fn file(path: &Path, options: &Options) -> Result<Vec<u8>, Box<Problem>> {
    let wanted = Wanted::alone(path);
    match read_file(path.to_owned(), options.max_bytes).await {
        Ok(read) => match report::wrong_kind(&wanted, &read.kind) {
            Some(problem) => Err(Box::new(problem)),
            None => Ok(read.artifact.bytes.to_vec()),
        },
        Err(failure) => Err(Box::new(report::failure(&wanted, &failure, options))),
    }
}

/// The bytes of one origin, or why there are none.
type Outcome = Result<Read, Failure>;

struct Read {
    artifact: Artifact,
    kind: Kind,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Local(LocalError),
    #[error(transparent)]
    Fetch(FetchError),
    #[error(transparent)]
    Registry(RegistryError),
}

async fn read_all(origins: BTreeSet<Origin>, options: &Options) -> BTreeMap<Origin, Outcome> {
    // Made for the first address only: it loads the certificates of the machine.
    let remote = |origin: &Origin| matches!(origin, Origin::Url(_) | Origin::Image { .. });
    let fetcher = origins
        .iter()
        .any(remote)
        .then(|| Fetcher::new(options.fetch_timeout, options.max_bytes, &options.access));
    let fetcher = &fetcher;
    futures_util::stream::iter(origins)
        .map(|origin| async move {
            let outcome = match &origin {
                Origin::File(path) => read_file(path.clone(), options.max_bytes).await,
                Origin::Builtin(name) => Ok(examine(builtin(name).unwrap_or_default())),
                Origin::Url(_) | Origin::Image { .. } => match fetcher {
                    Some(Ok(fetcher)) => fetch(&origin, fetcher, options).await,
                    Some(Err(error)) => Err(Failure::Fetch(error.clone())),
                    None => Err(Failure::Fetch(FetchError::Address)),
                },
            };
            (origin, outcome)
        })
        .buffer_unordered(PARALLEL)
        .collect()
        .await
}

async fn read_file(path: PathBuf, max: u64) -> Outcome {
    let read = move || local::read(&path, max).map(|bytes| examine(&bytes));
    match tokio::task::spawn_blocking(read).await {
        Ok(outcome) => outcome.map_err(Failure::Local),
        Err(e) => Err(Failure::Local(LocalError::Unreadable(e.to_string()))),
    }
}

async fn fetch(origin: &Origin, fetcher: &Fetcher, options: &Options) -> Outcome {
    let bytes = match origin {
        Origin::Image { image, digest } => {
            let pulled = registry::pull(fetcher, &options.access, image, digest.as_deref());
            pulled.await.map_err(Failure::Registry)?
        }
        Origin::Url(url) => fetcher.fetch(url).await.map_err(Failure::Fetch)?,
        Origin::File(_) | Origin::Builtin(_) => Vec::new(),
    };
    let examined = tokio::task::spawn_blocking(move || examine(&bytes)).await;
    examined.map_err(|e| Failure::Fetch(FetchError::Transport(e.to_string())))
}

fn examine(bytes: &[u8]) -> Read {
    let artifact = Artifact { bytes: bytes.into(), digest: digest(bytes) };
    Read { artifact, kind: identify(bytes) }
}

/// Whether what was read is what the component needs.
fn judge(
    wanted: Wanted,
    read: &BTreeMap<Origin, Outcome>,
    options: &Options,
) -> Result<(String, Artifact), Vec<Problem>> {
    let read = match read.get(&wanted.origin) {
        Some(Ok(read)) => read,
        Some(Err(failure)) => return Err(vec![report::failure(&wanted, failure, options)]),
        None => return Err(Vec::new()),
    };
    let kind = report::wrong_kind(&wanted, &read.kind);
    let digest = report::wrong_digest(&wanted, &read.artifact.digest);
    let problems: Vec<_> = kind.into_iter().chain(digest).collect();
    if problems.is_empty() { Ok((wanted.component, read.artifact.clone())) } else { Err(problems) }
}
