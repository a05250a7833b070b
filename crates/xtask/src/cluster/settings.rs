//! The configuration files of a node's programs, as texts. What the programs do with them is
//! theirs to know; what bit once is said beside the setting it concerns.

use std::path::Path;

use serde_json::{Value, json};

use super::site::{NODE, Site};

/// The image of the container that holds a pod's namespaces.
pub(crate) const PAUSE_IMAGE: &str = "localhost/componentgraph/pause:1";

/// What the machine has, as far as settings depend on it.
pub(super) struct Machine<'a> {
    /// Folder of the network plugins.
    pub(super) plugins: &'a Path,
    /// Whether packets between pods on the bridge pass the packet filter.
    pub(super) bridge_is_filtered: bool,
}

/// Every file, by its name in the cluster's folder.
pub(super) fn all(site: &Site, machine: &Machine) -> [(&'static str, String); 6] {
    [
        ("audit.json", pretty(&audit())),
        ("cni/10-bridge.conflist", pretty(&plugins(site))),
        ("containerd.toml", containerd(site, machine)),
        ("Corefile", corefile(site)),
        ("kubelet.json", pretty(&kubelet(site))),
        ("proxy.json", pretty(&proxy(site, machine))),
    ]
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// What accounts of pods asked for: shows which rights an operator used.
fn audit() -> Value {
    json!({
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [
            {"level": "None", "userGroups": ["system:serviceaccounts:kube-system"]},
            {"level": "Metadata", "userGroups": ["system:serviceaccounts"]},
            {"level": "None"},
        ],
    })
}

fn plugins(site: &Site) -> Value {
    json!({
        "cniVersion": "0.4.0",
        "name": "componentgraph",
        "plugins": [
            {
                "type": "bridge",
                "bridge": "pods",
                "isGateway": true,
                "ipMasq": false,
                "hairpinMode": true,
                "ipam": {
                    "type": "host-local",
                    "ranges": [[{"subnet": site.node_pods()}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            },
            {"type": "portmap", "capabilities": {"portMappings": true}},
        ],
    })
}

/// Its state goes to the node's own `/run`; `/opt/containerd` would be made on the machine.
/// Without CAP_SYS_RESOURCE no score may be lowered, and runc dies without saying so.
fn containerd(site: &Site, machine: &Machine) -> String {
    let (root, socket, opt) = (site.text("containerd"), site.socket(), site.text("containerd-opt"));
    let (plugins, cni) = (machine.plugins.display(), site.text("cni"));
    let socket = socket.display();
    format!(
        r#"version = 2
root = "{root}"
state = "/run/containerd"

[grpc]
address = "{socket}"

[plugins."io.containerd.internal.v1.opt"]
path = "{opt}"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{PAUSE_IMAGE}"
restrict_oom_score_adj = true

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "{plugins}"
conf_dir = "{cni}"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
"#
    )
}

fn corefile(site: &Site) -> String {
    let (node, kubeconfig) = (site.node(), site.text("kubeconfig/coredns"));
    format!(
        "cluster.local:53 {{\n    bind {node}\n    errors\n    kubernetes cluster.local {{\n        \
         kubeconfig {kubeconfig} componentgraph\n    }}\n}}\n"
    )
}

fn kubelet(site: &Site) -> Value {
    json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": false},
            "webhook": {"enabled": false},
            "x509": {"clientCAFile": site.text("pki/ca.crt")},
        },
        "authorization": {"mode": "AlwaysAllow"},
        "tlsCertFile": site.text("pki/kubelet.crt"),
        "tlsPrivateKeyFile": site.text("pki/kubelet.key"),
        "containerRuntimeEndpoint": format!("unix://{}", site.socket().display()),
        // All pods below one group that can be removed as a whole.
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": format!("/{}", site.cgroup()),
        "enforceNodeAllocatable": [],
        "failCgroupV1": false,
        "failSwapOn": false,
        "clusterDNS": [site.node().to_string()],
        "clusterDomain": "cluster.local",
        "resolvConf": "",
        // Folders that would otherwise be made on the machine.
        "podLogsDir": site.text("log/pods"),
        "volumePluginDir": site.text("kubelet/volume-plugins"),
        // What a Collector wrote is read from its log, and a log that was rotated is not read.
        "containerLogMaxSize": "500Mi",
        "syncFrequency": "1s",
        "fileCheckFrequency": "1s",
        "nodeStatusUpdateFrequency": "2s",
        // Images come from files: one that is collected is gone for good.
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {
            "imagefs.available": "1%",
            "memory.available": "100Mi",
            "nodefs.available": "1%",
        },
        // The root file system of a container or a virtual machine cannot always be measured.
        "localStorageCapacityIsolation": false,
    })
}

/// Answers between two pods on one bridge would pass the translation by, if the packet filter
/// does not see them; then all calls of services have to come from the node.
fn proxy(site: &Site, machine: &Machine) -> Value {
    json!({
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "iptables",
        "clientConnection": {"kubeconfig": site.text("kubeconfig/proxy")},
        "clusterCIDR": site.pods(),
        "hostnameOverride": NODE,
        "iptables": {"masqueradeAll": !machine.bridge_is_filtered, "minSyncPeriod": "100ms"},
        "conntrack": {"maxPerCore": 0},
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect_file;

    use super::super::site::Number;
    use super::*;

    #[test]
    fn files() {
        let site = Site::new(Path::new("/clusters"), Number::Developer);
        let machine = Machine { plugins: Path::new("/usr/lib/cni"), bridge_is_filtered: true };
        let files = all(&site, &machine);
        let text: String =
            files.iter().map(|(name, text)| format!("==> {name} <==\n{text}\n")).collect();
        expect_file!["testdata/settings.txt"].assert_eq(&text);
    }

    #[test]
    fn without_a_filter_on_the_bridge_all_calls_come_from_the_node() {
        let site = Site::new(Path::new("/clusters"), Number::Developer);
        let machine = Machine { plugins: Path::new("/usr/lib/cni"), bridge_is_filtered: false };
        assert_eq!(proxy(&site, &machine).pointer("/iptables/masqueradeAll"), Some(&json!(true)));
    }
}
