//! etcd and kube-apiserver on loopback, started once for all tests, ended with them.

mod hanging;
mod install;
mod keys;
mod process;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kube::config::AuthInfo;
use kube::{Client, Config};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

pub(crate) use install::{ROLE, resource};
use keys::Keys;
use process::Process;

const TOKEN: &str = "of-the-administrator";
const START: Duration = Duration::from_secs(60);
/// Another process may take a port between choosing it and listening on it.
const ATTEMPTS: usize = 3;

/// Whom operators act as.
pub(crate) const OPERATOR: &str = "operator";

/// A running API server.
pub(crate) struct Server {
    url: String,
    authority: Vec<u8>,
    folder: PathBuf,
    api: Vec<String>,
    running: std::sync::Mutex<Vec<Process>>,
}

/// The one that tests share.
pub(crate) async fn shared() -> &'static Server {
    static SHARED: OnceCell<Server> = OnceCell::const_new();
    SHARED.get_or_init(Server::start).await
}

impl Server {
    /// Starts one, with the definition and the roles in place.
    pub(crate) async fn start() -> Self {
        let mut last = String::new();
        for _ in 0..ATTEMPTS {
            match Self::attempt().await {
                Ok(server) => {
                    server.install().await;
                    return server;
                }
                Err(log) => last = log,
            }
        }
        panic!("the API server does not start:\n{last}");
    }

    async fn attempt() -> Result<Self, String> {
        let folder = tempfile::Builder::new().prefix("api-server-").tempdir().unwrap().keep();
        let keys = Keys::write(&folder, TOKEN);
        let [client, peer, port] = ports();
        let etcd = etcd(&folder, client, peer);
        let api = api_server(&folder, client, port);
        // The first process takes the folder with it when it ends.
        let running = vec![
            Process::start(&etcd, &folder.join("etcd.log"), Some(&folder)),
            Process::start(&api, &folder.join("api.log"), None),
        ];
        let server = Self {
            url: format!("https://127.0.0.1:{port}"),
            authority: keys.authority,
            folder,
            api,
            running: std::sync::Mutex::new(running),
        };
        if server.is_ready().await {
            return Ok(server);
        }
        Err(["etcd.log", "api.log"].map(|log| tail(&server.folder.join(log))).join("\n"))
    }

    async fn is_ready(&self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < START {
            let request = http::Request::get("/readyz").body(Vec::new()).unwrap();
            if self.administrator().request_text(request).await.is_ok() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        false
    }

    /// Stops the API server, not what it has stored.
    pub(crate) fn interrupt(&self) {
        self.running.lock().unwrap().truncate(1);
    }

    /// Starts it again.
    pub(crate) async fn resume(&self) {
        let process = Process::start(&self.api, &self.folder.join("api.log"), None);
        self.running.lock().unwrap().push(process);
        assert!(self.is_ready().await, "{}", tail(&self.folder.join("api.log")));
    }

    pub(crate) fn administrator(&self) -> Client {
        Client::try_from(self.config()).unwrap()
    }

    /// For clients that may do what an operator may.
    pub(crate) fn operator(&self) -> Config {
        let mut config = self.config();
        config.auth_info.impersonate = Some(OPERATOR.to_owned());
        config
    }

    fn config(&self) -> Config {
        let mut config = Config::new(self.url.parse().unwrap());
        config.root_cert = Some(vec![self.authority.clone()]);
        config.auth_info = AuthInfo { token: Some(TOKEN.to_owned().into()), ..AuthInfo::default() };
        config
    }

    /// A file for programs that are told where the server is.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        let file = self.folder.join("kubeconfig");
        let text = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "it",
            "clusters": [{"name": "it", "cluster": {
                "server": self.url, "certificate-authority": self.folder.join("authority.crt")}}],
            "users": [{"name": "it", "user": {"token": TOKEN, "as": OPERATOR}}],
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
        });
        std::fs::write(&file, text.to_string()).unwrap();
        file
    }

    /// What was asked of the server so far, one request a line.
    pub(crate) fn audit(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.join("audit.log")).unwrap();
        // The last line may be half written.
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

fn ports() -> [u16; 3] {
    let listeners = [0; 3].map(|port| TcpListener::bind(("127.0.0.1", port)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

fn hyperkube() -> String {
    std::env::var("CG_HYPERKUBE").expect(
        "CG_HYPERKUBE names the program with etcd and kube-apiserver; `cargo xtask test` sets it",
    )
}

fn etcd(folder: &Path, client: u16, peer: u16) -> Vec<String> {
    let (client, peer) = (format!("http://127.0.0.1:{client}"), format!("http://127.0.0.1:{peer}"));
    vec![
        hyperkube(),
        "etcd".to_owned(),
        format!("--data-dir={}", folder.join("etcd").display()),
        "--unsafe-no-fsync".to_owned(),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=default={peer}"),
    ]
}

fn api_server(folder: &Path, etcd: u16, port: u16) -> Vec<String> {
    let file = |name: &str| folder.join(name).display().to_string();
    vec![
        hyperkube(),
        "kube-apiserver".to_owned(),
        format!("--etcd-servers=http://127.0.0.1:{etcd}"),
        "--bind-address=127.0.0.1".to_owned(),
        "--advertise-address=127.0.0.1".to_owned(),
        // There is nobody behind the address to be found.
        "--endpoint-reconciler-type=none".to_owned(),
        format!("--secure-port={port}"),
        "--service-cluster-ip-range=10.96.0.0/16".to_owned(),
        "--authorization-mode=RBAC".to_owned(),
        "--anonymous-auth=false".to_owned(),
        // No controller makes the accounts that pods need.
        "--disable-admission-plugins=ServiceAccount".to_owned(),
        format!("--token-auth-file={}", file("tokens")),
        format!("--tls-cert-file={}", file("server.crt")),
        format!("--tls-private-key-file={}", file("server.key")),
        format!("--service-account-key-file={}", file("accounts.pub")),
        format!("--service-account-signing-key-file={}", file("accounts.key")),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        format!("--audit-policy-file={}", file("audit.yaml")),
        format!("--audit-log-path={}", file("audit.log")),
        "--profiling=false".to_owned(),
    ]
}

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
