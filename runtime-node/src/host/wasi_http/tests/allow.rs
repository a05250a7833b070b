//! What an allow-list permits and which entries it refuses, as tables.

use expect_test::expect;

use crate::host::wasi_http::AllowList;

fn parse(entries: &[&str], collector: Option<&str>) -> AllowList {
    let entries: Vec<_> = entries.iter().map(ToString::to_string).collect();
    AllowList::parse(&entries, collector).unwrap()
}

#[track_caller]
fn check(entry: &str, permitted: &[&str], denied: &[&str]) {
    let list = parse(&[entry], Some("http://Collector.observability:4317"));
    for uri in permitted {
        assert!(list.permits(&uri.parse().unwrap()), "{entry} permits {uri}");
    }
    for uri in denied {
        assert!(!list.permits(&uri.parse().unwrap()), "{entry} denies {uri}");
    }
}

#[test]
fn a_host_alone_means_the_default_port_of_the_scheme() {
    check(
        "example.com",
        &[
            "http://example.com/a",
            "https://example.com",
            "http://EXAMPLE.com:80",
            "https://example.com:443/",
            "http://example.com./",
        ],
        &[
            "http://example.com:8080",
            "http://example.com:443",
            "http://www.example.com",
            "http://example.com.evil.org",
            "http://notexample.com",
            "ftp://example.com",
        ],
    );
}

#[test]
fn a_port_is_exact() {
    check(
        "Example.com:8080",
        &["http://example.com:8080", "https://example.com:8080"],
        &["http://example.com", "http://example.com:80"],
    );
}

#[test]
fn a_domain_means_the_names_below_it() {
    check(
        "*.example.com",
        &["https://a.example.com", "https://a.b.Example.com"],
        &["https://example.com", "https://aexample.com", "https://a.example.com:8443"],
    );
    check("*.example.com:8443", &["https://a.example.com:8443"], &["https://a.example.com"]);
    check("*.0.0.example", &["http://a.0.0.example"], &["http://10.0.0.0"]);
}

#[test]
fn literals_are_compared_as_addresses() {
    check(
        "10.0.0.1:80",
        &["http://10.0.0.1", "http://[::ffff:10.0.0.1]"],
        &["http://10.0.0.2", "http://167772161", "http://10.1"],
    );
    check("[::1]:4317", &["http://[::1]:4317", "http://[0:0::1]:4317"], &["http://[::1]"]);
    for bare in ["2001:db8::1", "[2001:db8::1]"] {
        check(bare, &["http://[2001:DB8:0::1]"], &["http://[2001:db8::2]"]);
    }
}

#[test]
fn metadata_is_reached_only_if_listed_literally() {
    let metadata = &["http://169.254.169.254/latest", "http://[::ffff:169.254.169.254]/"];
    check("*.internal", &[], metadata);
    check("@collector", &[], metadata);
    check("169.254.169.254", metadata, &["http://2852039166", "http://0xa9fea9fe"]);
}

#[test]
fn the_collector_is_one_host_and_port() {
    check(
        "@collector",
        &["http://collector.observability:4317/v1"],
        &["http://collector.observability", "http://collector:4317"],
    );
    let list = parse(&["@collector"], Some("https://collector"));
    assert!(list.permits(&"https://collector".parse().unwrap()));
    assert!(!list.permits(&"http://collector".parse().unwrap()));
}

#[test]
fn nothing_is_permitted_unless_listed() {
    let list = AllowList::default();
    assert_eq!(parse(&[], None), list);
    assert!(!list.permits(&"http://localhost".parse().unwrap()));
    assert!(!list.permits(&"/path-only".parse().unwrap()));
}

#[test]
fn all_bad_entries_are_reported_at_once() {
    let entries = [
        "https://example.com",
        "example.com/path",
        "10.0.0.0/8",
        "*",
        "*:80",
        "*example.com",
        "a.*.com",
        "*.10.0.0.1",
        "@metadata",
        "@collector",
        "example.com:",
        "example.com:0",
        "example.com:+80",
        "example.com:65536",
        "::1:x",
        "[::1",
        "",
        ":80",
        "127.1",
        "0x7f000001",
        "a b",
        "bücher.example",
    ];
    let entries = entries.map(ToString::to_string);
    let errors = AllowList::parse(&entries, None).unwrap_err();
    let text: String = errors.iter().map(|error| format!("{error}\n")).collect();
    expect![[r#"
        allowedHosts[0] "https://example.com": a scheme is not part of an entry; write `host` or `host:port`
        allowedHosts[1] "example.com/path": paths and address ranges are not supported; write `host`, `host:port` or an address
        allowedHosts[2] "10.0.0.0/8": paths and address ranges are not supported; write `host`, `host:port` or an address
        allowedHosts[3] "*": `*` alone would allow every host; list the hosts, or a domain as `*.example.com`
        allowedHosts[4] "*:80": `*` stands only at the front, followed by a dot, as in `*.example.com`
        allowedHosts[5] "*example.com": `*` stands only at the front, followed by a dot, as in `*.example.com`
        allowedHosts[6] "a.*.com": `*` stands only at the front, followed by a dot, as in `*.example.com`
        allowedHosts[7] "*.10.0.0.1": `*` stands only at the front, followed by a dot, as in `*.example.com`
        allowedHosts[8] "@metadata": unknown word; `@collector` is the only one
        allowedHosts[9] "@collector": no collector is known; set `telemetry.endpoint` or OTEL_EXPORTER_OTLP_ENDPOINT
        allowedHosts[10] "example.com:": the port is not a number from 1 to 65535
        allowedHosts[11] "example.com:0": the port is not a number from 1 to 65535
        allowedHosts[12] "example.com:+80": the port is not a number from 1 to 65535
        allowedHosts[13] "example.com:65536": the port is not a number from 1 to 65535
        allowedHosts[14] "::1:x": the port is not a number from 1 to 65535
        allowedHosts[15] "[::1": neither a host name nor an address; an IPv6 address with a port is `[::1]:8080`
        allowedHosts[16] "": neither a host name nor an address; an IPv6 address with a port is `[::1]:8080`
        allowedHosts[17] ":80": neither a host name nor an address; an IPv6 address with a port is `[::1]:8080`
        allowedHosts[18] "127.1": neither a host name nor an address; an IPv6 address with a port is `[::1]:8080`
        allowedHosts[19] "0x7f000001": neither a host name nor an address; an IPv6 address with a port is `[::1]:8080`
        allowedHosts[20] "a b": neither a host name nor an address; an IPv6 address with a port is `[::1]:8080`
        allowedHosts[21] "bücher.example": neither a host name nor an address; an IPv6 address with a port is `[::1]:8080`
    "#]].assert_eq(&text);
}

#[test]
fn the_collector_must_be_an_address() {
    let errors = AllowList::parse(&["@collector".to_owned()], Some("collector:4317")).unwrap_err();
    expect![[r#"allowedHosts[0] "@collector": the collector's address is not `http://host:port` or `https://host:port`"#]].assert_eq(&errors[0].to_string());
}
