//! Programs the tests talk to, built once per version into the user's cache folder. How tests use
//! them is not known here.

mod collector;
mod coredns;
mod go;
mod helm;
mod kubernetes;
mod packages;
mod pause;
mod python;
mod registry;

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use collector::VERSION as COLLECTOR_VERSION;
pub(crate) use packages::plugins;
pub(crate) use registry::install as registry;

use anyhow::{Context, Result, anyhow, bail};

/// File beside a built tool: what it was built from.
const RECIPE: &str = "recipe.txt";

/// The variable of the program that holds a pod's namespaces.
pub(crate) const PAUSE: &str = "CG_PAUSE";

/// The tools, by the variable that hands each to the tests.
pub(crate) struct Tools {
    pub(crate) environment: Vec<(&'static str, PathBuf)>,
}

impl Tools {
    /// The tool that `variable` hands to the tests.
    pub(crate) fn get(&self, variable: &str) -> Result<&Path> {
        let found = self.environment.iter().find(|(name, _)| *name == variable);
        Ok(&found.with_context(|| format!("no tool is called {variable}"))?.1)
    }
}

/// Options of `cargo xtask tools`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Also build and install what a cluster on this machine is made of
    #[arg(long)]
    cluster: bool,
}

/// Builds what tests on a laptop need and is not there yet. What cannot be installed from here is
/// named, all at once.
pub(crate) fn install() -> Result<Tools> {
    refuse([go::missing(), python::missing()])?;
    let cache = cache("tools")?;
    let environment = vec![
        ("CG_OTELCOL", collector::install(&cache)?),
        ("CG_PYTHON", python::install(&cache)?),
        ("CG_HYPERKUBE", kubernetes::install(&cache)?),
        ("CG_HELM", helm::install(&cache)?),
        ("CG_REGISTRY", registry::install()?),
    ];
    Ok(Tools { environment })
}

/// The same for a cluster on this machine.
pub(crate) fn install_cluster() -> Result<Tools> {
    refuse([packages::install()?, go::missing(), pause::missing()])?;
    let cache = cache("tools")?;
    let environment = vec![
        ("CG_HYPERKUBE", kubernetes::install(&cache)?),
        ("CG_COREDNS", coredns::install(&cache)?),
        ("CG_HELM", helm::install(&cache)?),
        (PAUSE, pause::install(&cache)?),
    ];
    Ok(Tools { environment })
}

fn refuse(missing: impl IntoIterator<Item = Option<String>>) -> Result<()> {
    let missing: Vec<_> = missing.into_iter().flatten().collect();
    if !missing.is_empty() {
        bail!("not found on this machine:\n  {}", missing.join("\n  "));
    }
    Ok(())
}

/// `cargo xtask tools`: one line per variable, for `export $(cargo xtask tools)`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut environment = install()?.environment;
    if options.cluster {
        let more = install_cluster()?.environment;
        environment.retain(|(variable, _)| more.iter().all(|(other, _)| other != variable));
        environment.extend(more);
    }
    for (variable, path) in environment {
        println!("{variable}={}", path.display());
    }
    Ok(())
}

/// A folder of ours in the user's cache folder.
pub(crate) fn cache(name: &str) -> Result<PathBuf> {
    let given = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|p| p.is_absolute());
    let home = std::env::home_dir().map(|home| home.join(".cache"));
    let base = given.or(home).ok_or_else(|| anyhow!("neither XDG_CACHE_HOME nor HOME is set"))?;
    Ok(base.join("componentgraph").join(name))
}

/// One tool in the cache.
struct Place {
    folder: PathBuf,
    recipe: String,
}

impl Place {
    /// `name` carries the version; a change of `recipe` builds the tool again all the same.
    fn new(cache: &Path, name: &str, recipe: impl Into<String>) -> Self {
        Self { folder: cache.join(name), recipe: recipe.into() }
    }

    fn is_built(&self) -> bool {
        fs::read_to_string(self.folder.join(RECIPE)).is_ok_and(|recipe| recipe == self.recipe)
    }

    /// Builds beside the place and moves it there when complete, so that an interrupted build
    /// leaves nothing that looks like a tool.
    fn build(&self, build: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let mut partial = self.folder.clone().into_os_string();
        partial.push(format!(".partial-{}", std::process::id()));
        let partial = PathBuf::from(partial);
        fs::create_dir_all(&partial).with_context(|| format!("{}", partial.display()))?;
        let built = build(&partial).and_then(|()| {
            fs::write(partial.join(RECIPE), &self.recipe)?;
            if self.folder.exists() {
                fs::remove_dir_all(&self.folder)?;
            }
            Ok(fs::rename(&partial, &self.folder)?)
        });
        if built.is_err() {
            // The error of the build says more than one of the clean-up would.
            let _ = fs::remove_dir_all(&partial);
        }
        built.with_context(|| format!("building {}", self.folder.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_there_when_it_was_built_whole_from_the_same_recipe() {
        let cache = tempfile::tempdir().unwrap();
        let place = Place::new(cache.path(), "tool-1.0.0", "one");
        assert!(!place.is_built());
        place.build(|_| bail!("interrupted")).unwrap_err();
        assert!(!place.is_built());
        assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 0);
        place.build(|folder| Ok(fs::write(folder.join("tool"), "x")?)).unwrap();
        assert!(place.is_built() && place.folder.join("tool").is_file());
        assert!(!Place::new(cache.path(), "tool-1.0.0", "two").is_built());
        place.build(|folder| Ok(fs::write(folder.join("tool"), "y")?)).unwrap();
        assert_eq!(fs::read_to_string(place.folder.join("tool")).unwrap(), "y");
    }
}
