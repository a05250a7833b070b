//! Two instances of the shipped adapter in one composition, each with its own slot and client.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use expect_test::{Expect, expect};
use wasmtime::component::{Component, InstancePre, Linker, ResourceTable};
use wasmtime::component::{ComponentType, Lift, Lower};
use wasmtime::{Engine, Store, StoreContextMut};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::WasiHttpCtx;

use super::server::Server;
use crate::host::wasi_http::{
    AllowList, Client, HttpState, HttpView, Limits, link_outgoing, link_types,
};
use crate::host::{Sight, Witness, Witnesses};

const GRAPH: &str = r#"
apiVersion: componentgraph.dev/v1alpha1
kind: ComponentGraph
metadata: {name: two-senders}
spec:
  components:
    - {name: granted, builtin: grpc-to-http, imports: [collector]}
    - {name: elsewhere, builtin: grpc-to-http, imports: [other]}
  capabilities:
    - {name: collector, type: "wasi:http", wasiHttp: {allowedHosts: ["@collector"]}}
    - {name: other, type: "wasi:http", wasiHttp: {allowedHosts: [example.com]}}
"#;
const SERVICE: &str = "/opentelemetry.proto.collector.logs.v1.LogsService";

struct Host {
    table: ResourceTable,
    http: WasiHttpCtx,
    wasi: WasiCtx,
    witnesses: Witnesses,
}

impl HttpState for Host {
    fn http(&mut self) -> HttpView<'_> {
        HttpView { table: &mut self.table, ctx: &mut self.http, witnesses: &self.witnesses }
    }
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

#[derive(Clone, Debug, ComponentType, Lift, Lower)]
#[component(variant)]
enum StoreError {
    #[component(name = "upstream")]
    Upstream(String),
    #[component(name = "io")]
    Io(String),
}

type Pairs = Vec<(String, String)>;

/// A composition ready to be instantiated, with the export of each component.
struct Node {
    pre: InstancePre<Host>,
    exports: BTreeMap<String, String>,
}

impl Node {
    fn new(server: &Server) -> Self {
        let graph: graph::ComponentGraph = serde_yaml::from_str(GRAPH).unwrap();
        let artifact = composer::Artifact::new(artifacts::builtin("grpc-to-http").unwrap());
        let artifacts = ["granted", "elsewhere"].map(|name| (name.to_owned(), artifact.clone()));
        let plan = composer::plan(&graph, &BTreeMap::from(artifacts)).unwrap();
        let composition = plan.compose().unwrap();
        let url = format!("http://{}", server.address);
        let linker = link(&composition.ledger, &url);
        let component = Component::new(linker.engine(), &composition.bytes).unwrap();
        let pre = linker.instantiate_pre(&component).unwrap();
        let exports = composition.ledger.exports.into_iter();
        Self { pre, exports: exports.map(|export| (export.component, export.slot)).collect() }
    }

    /// Sends `size` bytes through a component, in a fresh store: the code of its answer, without
    /// the adapter's own words.
    async fn send(&self, component: &str, key: &str, size: usize) -> (String, Arc<Witness>) {
        let witnesses = Witnesses::default();
        let host = Host {
            table: ResourceTable::new(),
            http: WasiHttpCtx::new(),
            wasi: WasiCtx::default(),
            witnesses: witnesses.clone(),
        };
        let mut store = Store::new(self.pre.engine(), host);
        let instance = self.pre.instantiate_async(&mut store).await.unwrap();
        let slot = &self.exports[component];
        let interface = instance.get_export_index(&mut store, None, slot).unwrap();
        let function = instance.get_export_index(&mut store, Some(&interface), "send").unwrap();
        let send = instance
            .get_typed_func::<(String, Vec<u8>), (Result<(), String>,)>(&mut store, function)
            .unwrap();
        let (sent,) = send.call_async(&mut store, (key.to_owned(), vec![1; size])).await.unwrap();
        let code = match &sent {
            Ok(()) => "ok",
            Err(text) => text.split(':').next().unwrap(),
        };
        (code.to_owned(), witnesses.others)
    }
}

fn link(ledger: &composer::Ledger, url: &str) -> Linker<Host> {
    let mut linker = Linker::new(&Engine::default());
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
    link_types(&mut linker).unwrap();
    let client = |entry: &str| {
        let allow = AllowList::parse(&[entry.to_owned()], Some(url)).unwrap();
        // Shorter than the guest's own deadline, so that it must understand the host's error.
        let between_bytes = Duration::from_millis(500);
        Arc::new(Client::new(allow, Limits { between_bytes, ..Limits::default() }))
    };
    let clients = [("granted", client("@collector")), ("elsewhere", client("example.com"))];
    for grant in ledger.grants.iter().filter(|grant| !grant.instance.is_empty()) {
        let slot = grant.slot.as_deref().unwrap();
        if grant.interface.starts_with("wasi:http/outgoing-handler@") {
            let of = |(name, _): &&(&str, _)| *name == grant.component;
            let (_, client) = clients.iter().find(of).unwrap();
            let sight = Sight::of(ledger, &grant.instance);
            link_outgoing(&mut linker, slot, Arc::clone(client), sight).unwrap();
        } else {
            assert_eq!(grant.interface, "wasi:config/store@0.2.0-rc.1");
            link_config(&mut linker, slot, config(url));
        }
    }
    linker
}

fn config(url: &str) -> Pairs {
    let methods = [
        "Ok",
        "Status14",
        "TrailersOnly13",
        "NoStatus",
        "Http503",
        "Reset",
        "ResetAtOnce",
        "Stall",
        "Never",
    ];
    let mut pairs: Pairs =
        methods.map(|name| (format!("paths.{name}"), format!("{SERVICE}/{name}"))).to_vec();
    let fixed = [("url", url), ("timeout", "3s"), ("connect-timeout", "3s")];
    pairs.extend(fixed.map(|(key, value)| (key.to_owned(), value.to_owned())));
    pairs.push(("paths.other".to_owned(), "/some.Service/Ok".to_owned()));
    pairs
}

fn link_config(linker: &mut Linker<Host>, slot: &str, pairs: Pairs) {
    let mut instance = linker.instance(slot).unwrap();
    let get = |_: StoreContextMut<'_, Host>, (_,): (String,)| {
        Ok((Ok::<Option<String>, StoreError>(None),))
    };
    instance.func_wrap("get", get).unwrap();
    let all = move |_: StoreContextMut<'_, Host>, (): ()| Ok((Ok::<_, StoreError>(pairs.clone()),));
    instance.func_wrap("get-all", all).unwrap();
}

#[tokio::test]
async fn what_the_server_says_reaches_guest_and_witness() {
    let server = Server::start().await;
    let node = Node::new(&server);
    let check = async |key: &str, expect: Expect| {
        let (sent, witness) = node.send("granted", key, 100).await;
        let (calls, ok, last) = (witness.calls(), witness.ok(), witness.last_error());
        expect.assert_eq(&format!("{sent}\n{ok} of {calls} ok, {last:?}\n"));
    };
    check(
        "Ok",
        expect![[r#"
        ok
        1 of 1 ok, None
    "#]],
    )
    .await;
    check(
        "Status14",
        expect![[r#"
        UNAVAILABLE
        0 of 1 ok, Some("grpc-status 14")
    "#]],
    )
    .await;
    check(
        "TrailersOnly13",
        expect![[r#"
        INTERNAL
        0 of 1 ok, Some("grpc-status 13")
    "#]],
    )
    .await;
    check(
        "NoStatus",
        expect![[r#"
        UNKNOWN
        0 of 1 ok, Some("the response has no grpc-status")
    "#]],
    )
    .await;
    check(
        "Http503",
        expect![[r#"
        UNAVAILABLE
        0 of 1 ok, Some("HTTP status 503")
    "#]],
    )
    .await;
    check(
        "Reset",
        expect![[r#"
            INTERNAL
            0 of 1 ok, Some("HTTP protocol error")
        "#]],
    )
    .await;
    check(
        "ResetAtOnce",
        expect![[r#"
            INTERNAL
            0 of 1 ok, Some("HTTP protocol error")
        "#]],
    )
    .await;
    check(
        "other",
        expect![[r#"
        ok
        0 of 0 ok, None
    "#]],
    )
    .await;
    check(
        "Stall",
        expect![[r#"
        DEADLINE_EXCEEDED
        0 of 1 ok, Some("connection read timeout")
    "#]],
    )
    .await;
    // Whether the guest or the host gives up first is open.
    let (sent, witness) = node.send("granted", "Never", 100).await;
    assert_eq!((sent.as_str(), witness.calls(), witness.ok()), ("DEADLINE_EXCEEDED", 1, 0));
}

#[tokio::test]
async fn a_connection_outlives_the_store_and_carries_large_bodies() {
    let server = Server::start().await;
    let node = Node::new(&server);
    for size in [1, 64 << 10, 3 << 20, 1] {
        let (sent, witness) = node.send("granted", "Ok", size).await;
        assert_eq!((sent.as_str(), witness.ok()), ("ok", 1), "{size} bytes");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn each_component_reaches_only_its_own_hosts() {
    let server = Server::start().await;
    let node = Node::new(&server);
    let (sent, witness) = node.send("elsewhere", "Ok", 1).await;
    assert_eq!(sent, "PERMISSION_DENIED");
    assert_eq!((witness.calls(), witness.ok()), (1, 0));
    assert_eq!(server.connections(), 0);
    let (sent, _) = node.send("granted", "Ok", 1).await;
    assert_eq!(sent, "ok");
}
