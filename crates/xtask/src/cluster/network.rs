//! The cable between the machine and the node: one pair of interfaces, and the routes that let the
//! machine reach pods and services. The node has no way further than the machine.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::patience;
use super::site::Site;
use crate::step;

/// The node's end of the cable.
const INSIDE: &str = "machine";

/// The bridge the pods hang on.
const BRIDGE: &str = "pods";

fn ip(args: &str) -> Result<String> {
    step::output(Command::new("ip").args(args.split(' ')))
}

/// From the machine: lays the cable to the node whose first process is `pid`.
pub(super) fn lay(site: &Site, pid: u32) -> Result<()> {
    let (cable, host, node) = (site.cable(), site.host(), site.node());
    ip(&format!("link add {cable} type veth peer name {INSIDE} netns {pid}"))?;
    ip(&format!("address add {host}/30 dev {cable}"))?;
    ip(&format!("link set {cable} up"))?;
    for range in [site.services(), site.pods()] {
        ip(&format!("route add {range} via {node} dev {cable}"))?;
    }
    Ok(())
}

/// From the machine: takes away what a vanished node left.
pub(super) fn clear(site: &Site) -> Result<()> {
    let cable = site.cable();
    if !is_laid(site) {
        return Ok(());
    }
    // The kernel takes it away together with the node's network, only somewhat later.
    let gone = || !is_laid(site);
    if let Err(error) = ip(&format!("link delete {cable}"))
        && !gone()
    {
        return Err(error);
    }
    Ok(())
}

pub(super) fn is_laid(site: &Site) -> bool {
    Path::new("/sys/class/net").join(site.cable()).exists()
}

/// Inside the node: waits for the cable and sets everything up.
///
/// Addresses of services are routed to the bridge, so that one that nobody translates stays here.
pub(super) fn connect(site: &Site) -> Result<()> {
    patience::until("the cable to the machine", Duration::from_secs(30), || {
        Ok(ip(&format!("-oneline link show {INSIDE}")).is_ok())
    })?;
    ip("link set lo up")?;
    ip(&format!("address add {}/30 dev {INSIDE}", site.node()))?;
    ip(&format!("link set {INSIDE} up"))?;
    ip(&format!("link add {BRIDGE} type bridge"))?;
    ip(&format!("address add {}/24 dev {BRIDGE}", site.bridge()))?;
    ip(&format!("link set {BRIDGE} up"))?;
    ip(&format!("route add {} dev {BRIDGE}", site.services()))?;
    std::fs::write("/proc/sys/net/ipv4/ip_forward", "1")?;
    Ok(())
}

/// Whether packets on the bridge pass the packet filter. Asked inside the node.
pub(super) fn bridge_is_filtered() -> bool {
    std::fs::read_to_string("/proc/sys/net/bridge/bridge-nf-call-iptables")
        .is_ok_and(|text| text.trim() == "1")
}
