//! TLS to one destination: whom to trust, and that HTTP/2 is what both sides agree on. It knows
//! neither sockets nor what is sent.

use std::sync::Arc;

use http::Uri;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::dial::DialError;
use super::options::ChannelError;
use super::wire::Wire;

const HTTP2: &[u8] = b"h2";

/// The client's side of a handshake with the host of one URL.
pub(super) struct Tls {
    connector: TlsConnector,
    server: ServerName<'static>,
}

impl Tls {
    /// Trusts the certificates of `ca_pem`, or else the system's.
    pub(super) fn new(uri: &Uri, ca_pem: Option<&str>) -> Result<Self, ChannelError> {
        let config = config(ca_pem).and_then(|config| Ok((config, server(uri)?)));
        let (config, server) =
            config.map_err(|reason| ChannelError::Tls { url: url(uri), reason })?;
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), server })
    }

    pub(super) async fn shake_hands(&self, wire: Wire) -> Result<TlsStream<Wire>, DialError> {
        let stream = self.connector.connect(self.server.clone(), wire).await?;
        match stream.get_ref().1.alpn_protocol() {
            Some(HTTP2) => Ok(stream),
            _ => Err(DialError::NoHttp2),
        }
    }
}

fn config(ca_pem: Option<&str>) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots(ca_pem)?)
        .with_no_client_auth();
    config.alpn_protocols.push(HTTP2.to_vec());
    Ok(config)
}

fn roots(ca_pem: Option<&str>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let Some(pem) = ca_pem else {
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            return Err("the system has no certificates to trust".to_owned());
        }
        // Some systems have certificates that nothing can read; the others are of use.
        roots.add_parsable_certificates(found.certs);
        return Ok(roots);
    };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let certificates =
        certificates.map_err(|error| format!("the given CA cannot be read: {error}"))?;
    if certificates.is_empty() {
        return Err("the given CA holds no certificate in PEM form".to_owned());
    }
    roots.add_parsable_certificates(certificates);
    Ok(roots)
}

/// The name that the certificate must have. Addresses of IPv6 stand in brackets in URLs alone.
fn server(uri: &Uri) -> Result<ServerName<'static>, String> {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())
}

fn url(uri: &Uri) -> String {
    uri.to_string().trim_end_matches('/').to_owned()
}
