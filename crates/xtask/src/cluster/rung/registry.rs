//! Components from a registry of the organisation's own: passwords, TLS by an authority of its own,
//! and what happens when it is gone. The registry runs beside the node, where pods reach it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::json;

use super::http;
use super::world::{GRAPH, World, condition};
use crate::cluster::kubectl::direct;
use crate::cluster::{patience, tail};
use crate::step;

const NAMESPACE: &str = "registry";
const PORT: u16 = 5000;
const USER: &str = "anna";
const PASSWORD: &str = "secret";
/// The password, as a registry wants to have it.
const HASHED: &str = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

pub(super) fn private(world: &World) -> Result<()> {
    let registry = Registry::start(world)?;
    let image = format!("{}/team/hello-log:1", registry.authority);
    registry.push(world, &image)?;
    world.namespace(NAMESPACE)?;
    world.set(&[("artifacts.registryCa", &registry.ca())])?;
    world.kubectl.run(&[
        "create",
        "secret",
        "docker-registry",
        "login",
        "--namespace",
        NAMESPACE,
        &format!("--docker-server={}", registry.authority),
        &format!("--docker-username={USER}"),
        &format!("--docker-password={PASSWORD}"),
    ])?;
    apply(world, GRAPH, &image)?;
    waits_for_the_right(world)?;
    let address = world.answering(NAMESPACE, GRAPH)?;
    http::log(&address, "from a registry")?;
    drop(registry);
    without_it(world, &address, &image)?;
    world.delete_namespace(NAMESPACE)
}

/// The guest of the example, out of the registry.
fn apply(world: &World, name: &str, image: &str) -> Result<()> {
    let text = fs::read_to_string(world.root.join("examples/otel/capability.yaml"))?;
    let text = text.replace("builtin: hello-log", &format!("image: \"{image}\""));
    let text = text.replace("spec:\n", "spec:\n  imagePullSecrets: [{name: login}]\n");
    let text = text.replace(&format!("name: {GRAPH}"), &format!("name: {name}"));
    world.kubectl.feed(&["apply", "--namespace", NAMESPACE, "--filename", "-"], &text)?;
    Ok(())
}

/// The status has the command that helps, word for word.
fn waits_for_the_right(world: &World) -> Result<()> {
    let reason = "PullSecretNotReadable";
    world.until("the missing right to be told", |world| {
        let graph = world.get(NAMESPACE, &format!("cg/{GRAPH}"))?;
        Ok(condition(&graph, "Resolved").is_ok_and(|resolved| resolved.1 == reason))
    })?;
    let graph = world.get(NAMESPACE, &format!("cg/{GRAPH}"))?;
    let message = condition(&graph, "Resolved")?.2;
    let words = message.split_once("fix: kubectl ").context("no fix in the message")?.1;
    let words: Vec<_> = words.split_whitespace().take_while(|word| *word != ";").collect();
    world.kubectl.run(&words).map(|_| ())
}

/// Pods go on, also when their container starts again; a new graph says what it misses.
fn without_it(world: &World, address: &str, image: &str) -> Result<()> {
    http::log(address, "the registry is gone")?;
    let before = restarts(world)?;
    world.kill_node(NAMESPACE, GRAPH)?;
    world.until("the container to start again", |world| Ok(restarts(world)? > before))?;
    world.until("requests to be answered", |_| {
        Ok(http::log(address, "started without a registry").is_ok())
    })?;
    apply(world, "late", image)?;
    world.until("the reason", |world| {
        let graph = world.get(NAMESPACE, "cg/late")?;
        Ok(condition(&graph, "Resolved").is_ok_and(|resolved| resolved.1 == "FetchFailed"))
    })
}

fn restarts(world: &World) -> Result<u64> {
    let pods = world.get(NAMESPACE, "pods")?;
    let count = pods.pointer("/items/0/status/containerStatuses/0/restartCount");
    Ok(count.and_then(serde_json::Value::as_u64).unwrap_or_default())
}

/// Debian's `docker-registry` with a password and a certificate; it ends with this value.
struct Registry {
    child: Child,
    authority: String,
    folder: PathBuf,
}

impl Registry {
    fn start(world: &World) -> Result<Self> {
        let folder = world.scratch.join("registry");
        fs::create_dir_all(&folder)?;
        certificates(&folder, &world.host.to_string())?;
        fs::write(folder.join("htpasswd"), format!("{USER}:{HASHED}\n"))?;
        let authority = format!("{}:{PORT}", world.host);
        let file = |name: &str| folder.join(name).display().to_string();
        let settings = json!({
            "version": "0.1",
            "storage": {"filesystem": {"rootdirectory": file("storage")}},
            "auth": {"htpasswd": {"realm": "test", "path": file("htpasswd")}},
            "http": {
                "addr": authority,
                "tls": {"certificate": file("tls.crt"), "key": file("tls.key")},
            },
        });
        fs::write(folder.join("config.json"), settings.to_string())?;
        let log = fs::File::create(folder.join("log"))?;
        // One that outlived a killed test would answer the next one in place of its own.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(&world.registry);
        command.args(["serve", &file("config.json")]).stdin(Stdio::null());
        command.stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().context("cannot start `setpriv` (Debian: util-linux)")?;
        let mut registry = Self { child, authority, folder };
        let address = registry.authority.parse()?;
        patience::until("the registry", Duration::from_secs(60), || {
            if let Some(status) = registry.child.try_wait()? {
                bail!("it ended ({status}):\n{}", tail(&registry.folder.join("log")));
            }
            let limit = Duration::from_secs(1);
            Ok(std::net::TcpStream::connect_timeout(&address, limit).is_ok())
        })?;
        Ok(registry)
    }

    fn ca(&self) -> String {
        self.folder.join("ca.crt").display().to_string()
    }

    /// As its author does.
    fn push(&self, world: &World, image: &str) -> Result<()> {
        let login = json!({"auths": {&self.authority: {"username": USER, "password": PASSWORD}}});
        let docker = self.folder.join("docker");
        fs::create_dir_all(&docker)?;
        fs::write(docker.join("config.json"), login.to_string())?;
        let guest = world.root.join("target/components/hello-log.wasm");
        let mut command = Command::new(&world.runtime_node);
        command.arg("push").arg(guest).args([image, "--registry-ca", &self.ca()]);
        command.env("DOCKER_CONFIG", docker);
        let said = step::output(direct(&mut command))?;
        ensure!(said.starts_with("pushed "), "{said}");
        Ok(())
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // An error says that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An authority that nobody knows, and what it says of the registry.
fn certificates(folder: &Path, host: &str) -> Result<()> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate()?;
    let authority = params.self_signed(&key)?.pem();
    let issuer = Issuer::new(params, key);
    let own = KeyPair::generate()?;
    let certificate = CertificateParams::new([host.to_owned()])?.signed_by(&own, &issuer)?;
    fs::write(folder.join("ca.crt"), authority)?;
    fs::write(folder.join("tls.crt"), certificate.pem())?;
    Ok(fs::write(folder.join("tls.key"), own.serialize_pem())?)
}
