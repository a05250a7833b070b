//! The contract of the command line as a user meets it: words, exit codes, what is printed where.
//! Each test runs the built program. It knows no room behind it.

mod bytes;
mod check;
mod compose;
mod drain;
mod exits;
mod explain;
mod functions;
mod help;
mod limits;
mod mounts;
mod output;
mod push;
mod run;
mod sources;
mod statuses;
mod stdout;

use crate::support::{Done, Graph, example, fixture};

/// The example of the capability path, in a directory of its own.
fn capability_path() -> Graph {
    Graph::of_text(&std::fs::read_to_string(example("capability.yaml")).expect("example"))
}

/// The example of the component path, in a directory of its own.
fn component_path() -> Graph {
    Graph::of_text(&std::fs::read_to_string(example("components.yaml")).expect("example"))
}

impl Graph {
    /// Puts a built component beside the manifest, so that messages hold no path of this machine.
    fn with_fixture(self, name: &str) -> Self {
        let to = self.path(&format!("{name}.wasm"));
        std::fs::copy(fixture(name), to).expect("copy");
        self
    }

    fn with_file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("folder")).expect("folder");
        std::fs::write(path, content).expect("write");
        self
    }
}

impl Done {
    /// Exit code, standard output and standard error, for a golden.
    fn shown(&self) -> String {
        let stdout = if self.stdout.is_empty() { "" } else { "--- stdout\n" };
        let stderr = if self.stderr.is_empty() { "" } else { "--- stderr\n" };
        let both = format!("{stdout}{}{stderr}{}", self.stdout, self.stderr);
        format!("exit {}\n{}", self.code, without_digests(&both))
    }
}

/// The text without what each compiler makes anew.
fn without_digests(text: &str) -> String {
    let mut parts = text.split("sha256:");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push_str("sha256:…");
        shown.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    shown
}
