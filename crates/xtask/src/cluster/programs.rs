//! The programs of a node, as command lines. Knows their flags, not when they are started.

use super::site::{NODE, Site};

/// A program that runs as long as the node.
pub(super) struct Program {
    /// Names its log.
    pub(super) name: &'static str,
    pub(super) binary: Binary,
    pub(super) args: Vec<String>,
}

/// Where a program comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    /// Kubernetes and etcd; the first argument names the program.
    Hyperkube,
    CoreDns,
    /// Found in `PATH`.
    System(&'static str),
}

fn program<S: Into<String>>(
    name: &'static str,
    binary: Binary,
    args: impl IntoIterator<Item = S>,
) -> Program {
    Program { name, binary, args: args.into_iter().map(Into::into).collect() }
}

/// What has no need of anybody else: the store, the API server, the container runtime.
pub(super) fn first(site: &Site) -> [Program; 3] {
    [etcd(site), api_server(site), containerd(site)]
}

/// What needs an API server.
pub(super) fn second(site: &Site) -> [Program; 5] {
    [controllers(site), scheduler(site), kubelet(site), proxy(site), coredns(site)]
}

/// Nothing in it outlives the cluster, so it need not wait for the disk.
fn etcd(site: &Site) -> Program {
    let data = format!("--data-dir={}", site.text("etcd"));
    let args = [
        "etcd",
        &data,
        "--unsafe-no-fsync",
        "--listen-client-urls=http://127.0.0.1:2379",
        "--advertise-client-urls=http://127.0.0.1:2379",
        "--listen-peer-urls=http://127.0.0.1:2380",
    ];
    program("etcd", Binary::Hyperkube, args)
}

/// Node names are nowhere in DNS, so logs and exec go to addresses.
fn api_server(site: &Site) -> Program {
    let file = |flag: &str, name: &str| format!("--{flag}={}", site.text(name));
    let args = [
        "kube-apiserver".to_owned(),
        "--etcd-servers=http://127.0.0.1:2379".to_owned(),
        format!("--advertise-address={}", site.node()),
        "--secure-port=6443".to_owned(),
        format!("--service-cluster-ip-range={}", site.services()),
        "--authorization-mode=Node,RBAC".to_owned(),
        "--enable-admission-plugins=NodeRestriction".to_owned(),
        "--runtime-config=api/all=false,api/ga=true".to_owned(),
        "--allow-privileged=true".to_owned(),
        "--kubelet-preferred-address-types=InternalIP".to_owned(),
        file("kubelet-client-certificate", "pki/apiserver.crt"),
        file("kubelet-client-key", "pki/apiserver.key"),
        file("client-ca-file", "pki/ca.crt"),
        file("tls-cert-file", "pki/apiserver.crt"),
        file("tls-private-key-file", "pki/apiserver.key"),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        file("service-account-key-file", "pki/accounts.pub"),
        file("service-account-signing-key-file", "pki/accounts.key"),
        file("audit-policy-file", "audit.json"),
        file("audit-log-path", "log/audit.log"),
    ];
    program("kube-apiserver", Binary::Hyperkube, args)
}

fn containerd(site: &Site) -> Program {
    let config = site.text("containerd.toml");
    program("containerd", Binary::System("containerd"), ["--config", &config])
}

fn controllers(site: &Site) -> Program {
    let file = |flag: &str, name: &str| format!("--{flag}={}", site.text(name));
    let args = [
        "kube-controller-manager".to_owned(),
        file("kubeconfig", "kubeconfig/controllers"),
        file("root-ca-file", "pki/ca.crt"),
        file("cluster-signing-cert-file", "pki/ca.crt"),
        file("cluster-signing-key-file", "pki/ca.key"),
        file("service-account-private-key-file", "pki/accounts.key"),
        "--use-service-account-credentials".to_owned(),
        "--leader-elect=false".to_owned(),
        "--allocate-node-cidrs".to_owned(),
        format!("--cluster-cidr={}", site.pods()),
    ];
    program("kube-controller-manager", Binary::Hyperkube, args)
}

fn scheduler(site: &Site) -> Program {
    let kubeconfig = format!("--kubeconfig={}", site.text("kubeconfig/scheduler"));
    let args = ["kube-scheduler", &kubeconfig, "--leader-elect=false"];
    program("kube-scheduler", Binary::Hyperkube, args)
}

fn kubelet(site: &Site) -> Program {
    let args = [
        "kubelet".to_owned(),
        format!("--config={}", site.text("kubelet.json")),
        format!("--kubeconfig={}", site.text("kubeconfig/kubelet")),
        format!("--hostname-override={NODE}"),
        format!("--node-ip={}", site.node()),
        format!("--root-dir={}", site.text("kubelet")),
    ];
    program("kubelet", Binary::Hyperkube, args)
}

fn proxy(site: &Site) -> Program {
    let config = format!("--config={}", site.text("proxy.json"));
    program("kube-proxy", Binary::Hyperkube, ["kube-proxy", &config])
}

fn coredns(site: &Site) -> Program {
    program("coredns", Binary::CoreDns, ["-conf", &site.text("Corefile")])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use expect_test::expect_file;

    use super::super::site::Number;
    use super::*;

    #[test]
    fn command_lines() {
        let site = Site::new(Path::new("/clusters"), Number::Developer);
        let text: String = first(&site)
            .iter()
            .chain(&second(&site))
            .map(|p| format!("{} {:?}\n    {}\n", p.name, p.binary, p.args.join("\n    ")))
            .collect();
        expect_file!["testdata/programs.txt"].assert_eq(&text);
    }
}
