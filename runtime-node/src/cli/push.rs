//! `push`: puts a component into a registry, and its digest into the manifest that names it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use artifacts::{About, Options, Published};
use clap::Args as ClapArgs;
use graph::{Document, ImageReference, Manifest, Problem, Problems, Source, Target};

use super::print::print;
use super::registry::RegistryArgs;
use super::source::show;
use super::{Exit, Output};

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  runtime-node push target/guest.wasm ghcr.io/team/guest:1.2 --manifest graph.yaml"
)]
pub(super) struct Args {
    /// The component
    file: PathBuf,
    /// Where it goes: registry, repository and tag
    #[arg(value_name = "REF", value_parser = reference)]
    image: ImageReference,
    /// Write the digest into every `image` of this manifest that names the same repository
    #[arg(long, value_name = "GRAPH")]
    manifest: Option<PathBuf>,
    #[command(flatten)]
    registry: RegistryArgs,
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

fn reference(text: &str) -> Result<ImageReference, String> {
    ImageReference::parse(text).map_err(|error| format!("it {error}"))
}

pub(super) async fn run(args: Args) -> Exit {
    match push(&args).await {
        Ok((published, changed)) => report(&args, &published, changed),
        Err(problems) => show(&problems, args.output),
    }
}

async fn push(args: &Args) -> Result<(Published, usize), Problems> {
    let alone = |problem: Box<Problem>| {
        Document::without_tree(args.file.display().to_string(), "").problems(vec![*problem])
    };
    let access = args.registry.access().map_err(alone)?;
    let options = Options { access, ..Options::new(".") };
    let bytes = artifacts::file(&args.file, &options).await.map_err(alone)?;
    let about = about(&args.file, &bytes).map_err(alone)?;
    // A manifest that cannot be changed is found before anything is pushed.
    let manifest = args.manifest.as_deref().map(|path| Rewrite::read(path, &args.image));
    let manifest = manifest.transpose()?;
    let published = artifacts::publish(&bytes, &about, &args.image, &options);
    let published = published.await.map_err(alone)?;
    let changed = match manifest {
        Some(rewrite) => rewrite.write(&published).map_err(alone)?,
        None => 0,
    };
    Ok((published, changed))
}

fn about(path: &Path, bytes: &[u8]) -> Result<About, Box<Problem>> {
    let described = composer::describe(bytes).map_err(|error| {
        let message = format!("{} cannot be pushed: {error}", path.display());
        Problem::new("unreadable-component", "", message).fix("build the component again")
    })?;
    let names = |list: Vec<composer::Described>| list.into_iter().map(|d| d.name).collect();
    Ok(About { imports: names(described.imports), exports: names(described.exports) })
}

/// A manifest and the places in it that name the repository.
struct Rewrite {
    path: PathBuf,
    text: String,
    places: Vec<Range<usize>>,
}

impl Rewrite {
    fn read(path: &Path, image: &ImageReference) -> Result<Self, Problems> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| {
            let message = format!("the manifest {name} cannot be read: {error}");
            let problem = Problem::new("manifest-unreadable", "", message).fix("check the path");
            Document::without_tree(&name, "").problems(vec![problem])
        })?;
        let manifest = graph::read(&bytes, &name, Target::Laptop)?;
        let places = places(&manifest, image);
        if places.is_empty() {
            let repository = format!("{}/{}", image.registry, image.repository);
            let message = format!("no `image` of a component names {repository}");
            let problem = Problem::new("image-not-named", "spec.components", message)
                .fix("write the reference into `image` of the component once");
            return Err(manifest.problems(vec![problem]));
        }
        Ok(Self { path: path.to_owned(), text: manifest.document.text().to_owned(), places })
    }

    /// Everything else stays as it stands, comments and all.
    fn write(mut self, published: &Published) -> Result<usize, Box<Problem>> {
        for place in self.places.iter().rev() {
            self.text.replace_range(place.clone(), &format!("\"{}\"", published.image));
        }
        std::fs::write(&self.path, &self.text).map_err(|error| {
            let message = format!("{} cannot be written: {error}", self.path.display());
            Box::new(Problem::new("manifest-unreadable", "", message).fix("check its permissions"))
        })?;
        Ok(self.places.len())
    }
}

/// In the order of the text.
fn places(manifest: &Manifest, image: &ImageReference) -> Vec<Range<usize>> {
    let components = manifest.graph.spec.components.iter().enumerate();
    let named = components.filter(|(_, component)| match component.source() {
        Some(Source::Image(text)) => {
            ImageReference::parse(text).is_ok_and(|other| other.is_sibling(image))
        }
        _ => false,
    });
    let fields = named.map(|(index, _)| format!("spec.components[{index}].image"));
    let positions = fields.filter_map(|field| manifest.document.locate(&field));
    let mut places: Vec<_> = positions.map(|position| position.start..position.end).collect();
    places.sort_by_key(|place| place.start);
    places
}

fn report(args: &Args, published: &Published, changed: usize) -> Exit {
    let Published { image, digest } = published;
    let text = match args.output {
        Output::Json => {
            serde_json::json!({"image": image.to_string(), "digest": digest, "changed": changed})
                .to_string()
        }
        Output::Text => {
            let manifest = args.manifest.iter();
            let manifest: String =
                manifest.map(|path| format!("\n{}: {changed} written", path.display())).collect();
            format!("pushed {image}\ncomponent {digest}{manifest}")
        }
    };
    print(&text, Exit::Ok)
}
