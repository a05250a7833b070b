//! Keys, certificates and kubeconfigs of a new cluster. Who may do what with them is Kubernetes'
//! affair: names and groups below are the ones its bootstrap roles are bound to.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use serde_json::json;

use super::site::{NODE, Site};

/// One who shows a certificate.
struct Identity {
    file: &'static str,
    name: String,
    group: &'static str,
}

fn identities() -> [Identity; 7] {
    let of = |file, name: &str, group| Identity { file, name: name.to_owned(), group };
    [
        of("admin", "admin", "system:masters"),
        of("apiserver", "kube-apiserver", "system:masters"),
        of("controllers", "system:kube-controller-manager", ""),
        of("coredns", "coredns", "system:masters"),
        of("kubelet", &format!("system:node:{NODE}"), "system:nodes"),
        of("proxy", "system:kube-proxy", ""),
        of("scheduler", "system:kube-scheduler", ""),
    ]
}

/// Writes `pki/` and `kubeconfig/`.
pub(super) fn write(site: &Site) -> Result<()> {
    let authority = Authority::new()?;
    for folder in ["pki", "kubeconfig"] {
        fs::create_dir_all(site.path(folder))?;
    }
    store(&site.path("pki/ca.crt"), &authority.certificate)?;
    store(&site.path("pki/ca.key"), &authority.issuer.key().serialize_pem())?;
    let accounts = KeyPair::generate()?;
    store(&site.path("pki/accounts.key"), &accounts.serialize_pem())?;
    store(&site.path("pki/accounts.pub"), &accounts.public_key_pem())?;
    for identity in identities() {
        let (certificate, key) = authority.issue(site, &identity)?;
        store(&site.path(&format!("pki/{}.crt", identity.file)), &certificate)?;
        store(&site.path(&format!("pki/{}.key", identity.file)), &key)?;
        let config = kubeconfig(&site.server(), &authority.certificate, &certificate, &key)?;
        store(&site.path("kubeconfig").join(identity.file), &config)?;
    }
    Ok(())
}

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

impl Authority {
    fn new() -> Result<Self> {
        let mut params = CertificateParams::default();
        params.distinguished_name = subject("kubernetes-ca", "");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), certificate })
    }

    fn issue(&self, site: &Site, identity: &Identity) -> Result<(String, String)> {
        let mut params = CertificateParams::new(names(site, identity.file))?;
        params.distinguished_name = subject(&identity.name, identity.group);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        Ok((params.signed_by(&key, &self.issuer)?.pem(), key.serialize_pem()))
    }
}

fn subject(name: &str, group: &str) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, name);
    if !group.is_empty() {
        subject.push(DnType::OrganizationName, group);
    }
    subject
}

/// What a server's certificate is good for; clients need no name.
fn names(site: &Site, file: &str) -> Vec<String> {
    let node = site.node().to_string();
    match file {
        "apiserver" => {
            let names = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "localhost"];
            let addresses = ["127.0.0.1".to_owned(), site.kubernetes().to_string(), node];
            names.into_iter().map(str::to_owned).chain(addresses).collect()
        }
        "kubelet" => vec![NODE.to_owned(), node],
        _ => Vec::new(),
    }
}

fn kubeconfig(server: &str, authority: &str, certificate: &str, key: &str) -> Result<String> {
    let name = "componentgraph";
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {
            "server": server,
            "certificate-authority-data": BASE64.encode(authority),
        }}],
        "users": [{"name": name, "user": {
            "client-certificate-data": BASE64.encode(certificate),
            "client-key-data": BASE64.encode(key),
        }}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    });
    Ok(serde_yaml::to_string(&config)?)
}

/// Writes a file only its owner may read.
fn store(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o600))?)
}

#[cfg(test)]
mod tests {
    use super::super::site::Number;
    use super::*;

    #[test]
    fn every_identity_has_key_certificate_and_kubeconfig() {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::new(folder.path(), Number::Developer);
        write(&site).unwrap();
        for identity in identities() {
            let config = fs::read_to_string(site.path("kubeconfig").join(identity.file)).unwrap();
            let config: serde_json::Value = serde_yaml::from_str(&config).unwrap();
            let decode = |pointer: &str| {
                let text = config.pointer(pointer).unwrap().as_str().unwrap();
                String::from_utf8(BASE64.decode(text).unwrap()).unwrap()
            };
            let read = |kind: &str| {
                fs::read_to_string(site.path(&format!("pki/{}.{kind}", identity.file))).unwrap()
            };
            assert_eq!(decode("/users/0/user/client-certificate-data"), read("crt"));
            assert_eq!(decode("/users/0/user/client-key-data"), read("key"));
        }
        let mode = fs::metadata(site.kubeconfig()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
