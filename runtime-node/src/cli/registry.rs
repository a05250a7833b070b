//! The arguments that say how registries are reached, the same for every command that pulls or
//! pushes. Files are read here; what is done with their content is not known.

use std::path::{Path, PathBuf};

use artifacts::{Access, CacheFolder, Credentials};
use clap::Args;
use graph::Problem;

/// Enough for the largest graphs; older artifacts go first.
const CACHE_BYTES: u64 = 1 << 30;

/// As whom, and trusting whom.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct RegistryArgs {
    /// Trust these certificates too, in PEM, when artifacts are fetched
    #[arg(long, value_name = "FILE")]
    pub(crate) registry_ca: Option<PathBuf>,
    /// Directory of pull secrets, as <secret>/.dockerconfigjson; beside what `docker login` wrote
    #[arg(long, value_name = "DIR")]
    pub(crate) pull_secrets_dir: Option<PathBuf>,
    /// Keep downloads here [default: componentgraph/artifacts in your cache directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
}

impl RegistryArgs {
    /// Reads what the arguments name, and what `docker login` left behind.
    pub(crate) fn access(&self) -> Result<Access, Box<Problem>> {
        let authorities = self.registry_ca.as_deref().map(|path| text(path, CA)).transpose()?;
        let mut credentials = Credentials::default();
        for path in self.secrets()?.into_iter().chain(docker_config()) {
            let added = credentials.add(&text(&path, "a JSON file with credentials")?);
            added.map_err(|error| {
                unreadable(&path, &error.to_string(), "what `docker login` writes")
            })?;
        }
        let cache = self.cache_dir.clone().or_else(cache_dir);
        let cache = cache.map(|path| CacheFolder { path, max_bytes: CACHE_BYTES, shared: false });
        Ok(Access { credentials, authorities, cache, ..Access::default() })
    }

    /// Secrets are optional mounts: a directory without them is as good as none.
    fn secrets(&self) -> Result<Vec<PathBuf>, Box<Problem>> {
        let Some(folder) = &self.pull_secrets_dir else { return Ok(Vec::new()) };
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(folder, &error.to_string(), "a directory")),
        };
        let files = entries.flatten().map(|entry| entry.path().join(".dockerconfigjson"));
        let mut files: Vec<_> = files.filter(|path| path.is_file()).collect();
        files.sort();
        Ok(files)
    }
}

const CA: &str = "a file with certificates in PEM";

fn text(path: &Path, expected: &str) -> Result<String, Box<Problem>> {
    std::fs::read_to_string(path).map_err(|error| unreadable(path, &error.to_string(), expected))
}

fn unreadable(path: &Path, reason: &str, expected: &str) -> Box<Problem> {
    let message = format!("{} cannot be used: {reason}", path.display());
    let problem = Problem::new("registry-settings", "", message);
    Box::new(problem.expected(expected).fix("correct the path or the file"))
}

fn docker_config() -> Option<PathBuf> {
    let folder = std::env::var_os("DOCKER_CONFIG").map(PathBuf::from);
    let folder = folder.or_else(|| Some(std::env::home_dir()?.join(".docker")))?;
    Some(folder.join("config.json")).filter(|path| path.is_file())
}

/// Nowhere to keep downloads is no reason to fail: they are fetched again.
fn cache_dir() -> Option<PathBuf> {
    let given = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|p| p.is_absolute());
    let base = given.or_else(|| Some(std::env::home_dir()?.join(".cache")))?;
    Some(base.join("componentgraph/artifacts"))
}
