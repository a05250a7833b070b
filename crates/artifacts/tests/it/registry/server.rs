//! A real OCI registry on a free loopback port, gone with the value that stands for it. What is
//! pushed and pulled is not known here.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Who may ask for what in a registry with passwords.
pub(crate) const USER: &str = "anna";
pub(crate) const PASSWORD: &str = "secret";
/// The password above, as a registry wants to have it.
const HASHED: &str = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

/// How a registry is run.
#[derive(Default)]
pub(crate) struct How<'a> {
    /// Whether everybody may pull and push, or only [`USER`].
    pub(crate) password: bool,
    /// Certificate and key in PEM.
    pub(crate) tls: Option<(&'a str, &'a str)>,
    /// Token authentication: realm, issuer certificate in PEM.
    pub(crate) tokens: Option<(&'a str, &'a str)>,
}

pub(crate) struct RegistryServer {
    child: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl RegistryServer {
    /// Starts one and waits until it listens.
    pub(crate) async fn start(how: How<'_>) -> Self {
        let program = std::env::var("CG_REGISTRY")
            .expect("CG_REGISTRY names no registry; run: export $(cargo xtask tools)");
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let config = folder.path().join("config.json");
        fs::write(&config, settings(&how, folder.path(), address).to_string()).unwrap();
        let child = Command::new(program)
            .args(["serve", config.to_str().unwrap()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let server = Self { child, address, _folder: folder };
        for _ in 0..500 {
            if tokio::net::TcpStream::connect(address).await.is_ok() {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the registry does not listen");
    }

    /// `host:port`, for references.
    pub(crate) fn authority(&self) -> String {
        self.address.to_string()
    }

    /// What `docker login` would write, or a pull secret hold.
    pub(crate) fn login(&self, password: &str) -> String {
        let auth = serde_json::json!({"username": USER, "password": password});
        serde_json::json!({"auths": {self.authority(): auth}}).to_string()
    }
}

fn settings(how: &How<'_>, folder: &Path, address: SocketAddr) -> serde_json::Value {
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let mut settings = serde_json::json!({
        "version": "0.1",
        "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": folder.join("storage")}},
        "http": {"addr": address.to_string()},
    });
    if how.password {
        let path = file("htpasswd", &format!("{USER}:{HASHED}\n"));
        settings["auth"] = serde_json::json!({"htpasswd": {"realm": "test", "path": path}});
    }
    if let Some((realm, issuer)) = how.tokens {
        let bundle = file("issuer.pem", issuer);
        settings["auth"] = serde_json::json!({"token": {
            "realm": realm, "service": "test", "issuer": "test", "rootcertbundle": bundle,
        }});
    }
    if let Some((certificate, key)) = how.tls {
        settings["http"]["tls"] = serde_json::json!({
            "certificate": file("tls.pem", certificate), "key": file("tls.key", key),
        });
    }
    settings
}

impl Drop for RegistryServer {
    fn drop(&mut self) {
        // It ends with the test; an error says that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
