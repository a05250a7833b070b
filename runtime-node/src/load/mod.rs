//! From a path to a checked graph: manifest read, artifacts fetched, links planned, settings
//! resolved, and every problem of all these steps in one report. It runs nothing.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use composer::Plan;
use graph::{Document, Manifest, Problem, Problems, Target};

use crate::settings::{Settings, Surroundings};

/// Largest manifest that is read from a pipe; the reader refuses less.
const MANIFEST_LIMIT: u64 = 2 << 20;

/// What to load, and with what around it.
#[derive(Clone, Debug)]
pub struct Request {
    /// Path of the manifest; `-` is standard input.
    pub graph: PathBuf,
    pub target: Target,
    /// Files that stand in for artifacts, by component.
    pub substitutes: BTreeMap<String, PathBuf>,
    /// How registries are reached, or why that is not known.
    pub access: Result<artifacts::Access, Box<Problem>>,
    pub around: Surroundings,
}

/// A graph without problems.
pub struct Checked {
    pub manifest: Manifest,
    pub plan: Plan,
    pub settings: Settings,
}

/// Reads and checks the whole graph.
pub async fn load(mut request: Request) -> Result<Checked, Problems> {
    let name = display_name(&request.graph);
    let bytes = read(&request.graph)
        .map_err(|problems| Document::without_tree(&name, "").problems(problems))?;
    let mut manifest = graph::read(&bytes, &name, request.target)?;
    let (mut access, unusable) = match request.access {
        Ok(access) => (access, None),
        Err(problem) => (artifacts::Access::default(), Some(*problem)),
    };
    if let Some(live) = request.around.live.take() {
        access.authorities = live.registry_ca.or(access.authorities);
        manifest.graph.spec.telemetry = live.telemetry.or(manifest.graph.spec.telemetry);
        request.around.environment_endpoint =
            live.collector_endpoint.or(request.around.environment_endpoint);
    }
    if request.around.base_dir.as_os_str().is_empty() {
        request.around.base_dir = directory_of(&request.graph);
    }
    let options = artifacts::Options {
        substitutes: request.substitutes,
        config_map_dir: request.around.mounts.config_maps.clone(),
        access,
        ..artifacts::Options::new(&request.around.base_dir)
    };
    let (artifacts, mut problems) = artifacts::load(&manifest.graph, &options).await;
    problems.extend(unusable);
    let artifacts = artifacts
        .into_iter()
        .map(|(name, a)| (name, composer::Artifact { bytes: a.bytes, digest: a.digest }))
        .collect();
    let plan = composer::plan(&manifest.graph, &artifacts);
    let settings = Settings::read(&manifest.graph, &request.around);
    match (plan, settings, problems.is_empty()) {
        (Ok(plan), Ok(settings), true) => Ok(Checked { manifest, plan, settings }),
        (plan, settings, _) => {
            problems.extend(plan.err().unwrap_or_default());
            problems.extend(settings.err().unwrap_or_default());
            Err(manifest.problems(problems))
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Vec<Problem>> {
    let mut bytes = Vec::new();
    let reading = if path == Path::new("-") {
        std::io::stdin().lock().take(MANIFEST_LIMIT).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|f| f.take(MANIFEST_LIMIT).read_to_end(&mut bytes))
    };
    match reading {
        Ok(_) => Ok(bytes),
        Err(error) => Err(vec![
            Problem::new(
                "manifest-unreadable",
                "",
                format!("the manifest {} cannot be read: {error}", path.display()),
            )
            .expected("a readable file with one ComponentGraph, or - for standard input")
            .fix("check the path"),
        ]),
    }
}

fn display_name(path: &Path) -> String {
    if path == Path::new("-") { "<stdin>".to_owned() } else { path.display().to_string() }
}

fn directory_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}
