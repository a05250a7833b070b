//! Requests over TLS: versions by ALPN, and what is said when it fails.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty, Full};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use wasmtime_wasi_http::Error;

use crate::host::wasi_http::{AllowList, Client, Limits};

/// Answers with the version of the request.
async fn serve(alpn: &[&str]) -> (SocketAddr, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()).into();
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(socket).await else { return };
                let answer = service_fn(async |request: Request<hyper::body::Incoming>| {
                    let version = format!("{:?}", request.version());
                    Ok::<_, Error>(http::Response::new(Full::new(Bytes::from(version))))
                });
                let server = auto::Builder::new(TokioExecutor::new());
                // How the connection ends is the client's business.
                let _ = server.serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    });
    (address, certificate)
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

async fn version(
    address: SocketAddr,
    trusted: Option<&CertificateDer<'static>>,
    kind: &str,
) -> Result<String, Error> {
    let authority = format!("localhost:{}", address.port());
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(trusted.cloned());
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let allow = AllowList::parse(std::slice::from_ref(&authority), None).unwrap();
    let client = Arc::new(Client::with_tls(allow, Limits::default(), config));
    let request = Request::post(format!("https://{authority}/")).header("content-type", kind);
    let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
    let response = client.send(request.body(body).unwrap(), None, None).await?;
    let bytes = response.into_body().collect().await?.to_bytes();
    Ok(String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn the_version_is_agreed_on() {
    let (both, certificate) = serve(&["h2", "http/1.1"]).await;
    assert_eq!(version(both, Some(&certificate), "text/plain").await.unwrap(), "HTTP/2.0");
    assert_eq!(version(both, Some(&certificate), "application/grpc").await.unwrap(), "HTTP/2.0");
    let (old, certificate) = serve(&["http/1.1"]).await;
    assert_eq!(version(old, Some(&certificate), "text/plain").await.unwrap(), "HTTP/1.1");
    let refused = version(old, Some(&certificate), "application/grpc").await;
    assert!(matches!(refused, Err(Error::TlsAlertReceived { .. })), "{refused:?}");
}

#[tokio::test]
async fn an_unknown_certificate_is_refused() {
    let (address, _) = serve(&["h2"]).await;
    let refused = version(address, None, "text/plain").await;
    assert!(matches!(refused, Err(Error::TlsCertificateError)), "{refused:?}");
}
