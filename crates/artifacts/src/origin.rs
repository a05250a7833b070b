//! From a component's entry to the place its bytes come from. Touches no file and no network.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use graph::{
    Component, ComponentGraph, ConfigMapKeyRef, Endpoint, ImageReference, Problem, Source,
};

use crate::access::Access;
use crate::report;

/// Where artifacts are looked for, and how much is read.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folder of the manifest; `file` is relative to it.
    pub base_dir: PathBuf,
    /// Files that stand in for the artifacts of components, by component name. Relative to the
    /// working directory. The `digest` of the component does not apply to them.
    pub substitutes: BTreeMap<String, PathBuf>,
    /// Folder with one folder per ConfigMap, one file per key.
    pub config_map_dir: Option<PathBuf>,
    /// Upper bound of one artifact.
    pub max_bytes: u64,
    /// Upper bound of the time one request takes, all redirects included.
    pub fetch_timeout: Duration,
    pub access: Access,
}

impl Options {
    pub const MAX_BYTES: u64 = 64 << 20;
    pub const FETCH_TIMEOUT: Duration = Duration::from_secs(60);

    pub fn new(base_dir: impl Into<PathBuf>) -> Self {
        Self {
            base_dir: base_dir.into(),
            substitutes: BTreeMap::new(),
            config_map_dir: None,
            max_bytes: Self::MAX_BYTES,
            fetch_timeout: Self::FETCH_TIMEOUT,
            access: Access::default(),
        }
    }
}

/// A place that bytes come from. Equal origins are read once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    File(PathBuf),
    Builtin(&'static str),
    Url(String),
    Image {
        image: ImageReference,
        /// Digest of the component, if it is known.
        digest: Option<String>,
    },
}

/// What one component needs.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) component: String,
    /// Path of the field that names the source.
    pub(crate) field: String,
    /// The source as the user wrote it, such as ``file `guest.wasm` ``.
    pub(crate) subject: String,
    pub(crate) origin: Origin,
    /// The digest the bytes must have, and the path of its field.
    pub(crate) digest: Option<(String, String)>,
}

impl Wanted {
    /// A file that belongs to no graph.
    pub(crate) fn alone(path: &Path) -> Self {
        Self {
            component: String::new(),
            field: String::new(),
            subject: format!("file `{}`", path.display()),
            origin: Origin::File(path.to_owned()),
            digest: None,
        }
    }
}

/// What each component needs, in the order of the manifest, or why that cannot be said.
pub(crate) fn plan(graph: &ComponentGraph, options: &Options) -> Vec<Result<Wanted, Vec<Problem>>> {
    let components = graph.spec.components.iter().enumerate();
    let mut plan: Vec<_> =
        components.map(|(i, c)| Place { index: i, component: c }.plan(options)).collect();
    let names: Vec<_> = graph.spec.components.iter().map(|c| c.name.as_str()).collect();
    for name in options.substitutes.keys().filter(|name| !names.contains(&name.as_str())) {
        plan.push(Err(vec![report::unknown_substitute(name, &names)]));
    }
    plan
}

struct Place<'a> {
    index: usize,
    component: &'a Component,
}

impl Place<'_> {
    fn plan(&self, options: &Options) -> Result<Wanted, Vec<Problem>> {
        let name = self.component.name.as_str();
        if let Some(path) = options.substitutes.get(name) {
            return Ok(Wanted {
                component: name.to_owned(),
                field: report::substitute_field(name),
                subject: format!("file `{}`", path.display()),
                origin: Origin::File(path.clone()),
                digest: None,
            });
        }
        match self.component.source() {
            Some(Source::File(file)) => {
                let origin = Origin::File(options.base_dir.join(file));
                Ok(self.wanted("file", format!("file `{file}`"), origin))
            }
            Some(Source::Builtin(builtin)) => self.builtin(builtin),
            Some(Source::ConfigMap(key)) => self.config_map(key, options.config_map_dir.as_deref()),
            Some(Source::Url(url)) => self.url(url, &options.access),
            Some(Source::Image(image)) => self.image(image),
            None => Err(vec![report::no_source(&format!("spec.components[{}]", self.index), name)]),
        }
    }

    fn builtin(&self, builtin: &str) -> Result<Wanted, Vec<Problem>> {
        let component = self.component.name.as_str();
        let known = crate::builtin_names().find(|known| *known == builtin).ok_or_else(|| {
            vec![report::unknown_builtin(&self.field("builtin"), component, builtin)]
        })?;
        Ok(self.wanted("builtin", format!("built-in `{known}`"), Origin::Builtin(known)))
    }

    fn config_map(
        &self,
        key: &ConfigMapKeyRef,
        dir: Option<&Path>,
    ) -> Result<Wanted, Vec<Problem>> {
        let component = self.component.name.as_str();
        let field = self.field("configMapKeyRef");
        let Some(dir) = dir else {
            return Err(vec![report::no_config_maps(&field, component, &key.name)]);
        };
        let parts = [("name", &key.name), ("key", &key.key)].into_iter();
        let bad = parts.filter(|(_, text)| !is_file_name(text));
        let bad: Vec<_> =
            bad.map(|(part, text)| report::bad_key(&field, component, part, text)).collect();
        if !bad.is_empty() {
            return Err(bad);
        }
        let subject = format!("key `{}` of ConfigMap `{}`", key.key, key.name);
        let origin = Origin::File(dir.join(&key.name).join(&key.key));
        Ok(self.wanted("configMapKeyRef", subject, origin))
    }

    fn url(&self, url: &str, access: &Access) -> Result<Wanted, Vec<Problem>> {
        let component = self.component.name.as_str();
        if self.component.digest.is_none() {
            return Err(vec![report::no_digest(&self.field("url"), component, url)]);
        }
        let server = Endpoint::of_url(url)
            .map_err(|error| vec![report::bad_url(&self.field("url"), component, url, &error)])?;
        let authority = server.authority();
        if !access.allows(&authority) {
            return Err(vec![report::not_allowed(&self.field("url"), component, &authority)]);
        }
        Ok(self.wanted("url", format!("url `{url}`"), Origin::Url(url.to_owned())))
    }

    fn image(&self, text: &str) -> Result<Wanted, Vec<Problem>> {
        let image = ImageReference::parse(text).map_err(|error| {
            vec![report::bad_reference(&self.field("image"), self.component.name.as_str(), &error)]
        })?;
        let origin = Origin::Image { image, digest: self.component.digest.clone() };
        Ok(self.wanted("image", format!("image `{text}`"), origin))
    }

    fn wanted(&self, field: &str, subject: String, origin: Origin) -> Wanted {
        Wanted {
            component: self.component.name.as_str().to_owned(),
            field: self.field(field),
            subject,
            origin,
            digest: self.component.digest.clone().map(|digest| (digest, self.field("digest"))),
        }
    }

    fn field(&self, name: &str) -> String {
        format!("spec.components[{}].{name}", self.index)
    }
}

/// Whether `text` names an entry of a folder, and not a way out of it.
fn is_file_name(text: &str) -> bool {
    Path::new(text).file_name().is_some_and(|name| name == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_out_of_a_folder() {
        for ok in ["a", "guest.wasm", "..data"] {
            assert!(is_file_name(ok), "{ok}");
        }
        for bad in ["", ".", "..", "../a", "a/b", "/etc/passwd", "a/"] {
            assert!(!is_file_name(bad), "{bad}");
        }
    }
}
