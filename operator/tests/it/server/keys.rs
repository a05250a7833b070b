//! The certificates, keys and other files an API server is started with.

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};

/// What clients need of them.
pub(super) struct Keys {
    /// The authority's certificate, as DER.
    pub authority: Vec<u8>,
}

/// One line for each request that has been answered.
const AUDIT: &str = "
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules: [{level: Metadata}]
";

impl Keys {
    pub(super) fn write(folder: &Path, token: &str) -> Self {
        let write = |name: &str, text: String| std::fs::write(folder.join(name), text).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);

        let key = KeyPair::generate().unwrap();
        let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        let server = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
        write("authority.crt", authority.pem());
        write("server.crt", server.pem());
        write("server.key", key.serialize_pem());

        let accounts = KeyPair::generate().unwrap();
        write("accounts.key", accounts.serialize_pem());
        write("accounts.pub", accounts.public_key_pem());
        write("tokens", format!("{token},administrator,1,system:masters\n"));
        write("audit.yaml", AUDIT.to_owned());
        Self { authority: authority.der().to_vec() }
    }
}
