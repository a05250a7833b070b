//! An HTTP server on a free loopback port with one behaviour per path.

use std::convert::Infallible;
use std::io;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::LOCATION;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::files;

type Body = BoxBody<Bytes, io::Error>;

pub(crate) struct Server {
    url: String,
    /// An address at which nothing listens.
    dead: String,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let dead = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service_fn(answer));
                // The tests that cut a connection see the error on their side.
                tokio::spawn(async move { drop(connection.await) });
            }
        });
        Self { url, dead: format!("http://{dead}") }
    }

    pub(crate) fn fill_in(&self, text: &str) -> String {
        let digest = artifacts::digest(&files::component());
        let text = text.replace("$TLS", &self.tls());
        text.replace("$URL", &self.url).replace("$DEAD", &self.dead).replace("$DIGEST", &digest)
    }

    /// The same server, as if it spoke TLS.
    fn tls(&self) -> String {
        self.url.replace("http://", "https://")
    }

    pub(crate) fn take_out(&self, text: &str) -> String {
        let digest = artifacts::digest(&files::component());
        let text = text.replace(&self.tls(), "$TLS");
        text.replace(&self.url, "$URL").replace(&self.dead, "$DEAD").replace(&digest, "$DIGEST")
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    Ok(match request.uri().path() {
        "/guest.wasm" => Response::new(full(files::component())),
        "/large.wasm" => Response::new(full(vec![0; 3000])),
        "/endless.wasm" => Response::new(streamed(stream::repeat(()).map(|()| Ok(piece())))),
        "/cut.wasm" => {
            let cut = io::Error::from(io::ErrorKind::ConnectionReset);
            Response::new(streamed(stream::iter([Ok(piece()), Err(cut)])))
        }
        "/page" => Response::new(full("<!doctype html><title>Sign in</title>")),
        "/moved" => redirect("/guest.wasm"),
        "/loop" => redirect("/loop"),
        "/elsewhere" => redirect("ftp://127.0.0.1/guest.wasm"),
        "/silent" => std::future::pending().await,
        _ => Response::builder().status(404).body(full("not here")).unwrap(),
    })
}

fn redirect(to: &str) -> Response<Body> {
    Response::builder().status(302).header(LOCATION, to).body(full("")).unwrap()
}

fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed()
}

fn streamed<S>(pieces: S) -> Body
where
    S: stream::Stream<Item = io::Result<Bytes>> + Send + Sync + 'static,
{
    BodyExt::boxed(StreamBody::new(pieces.map(|piece| piece.map(Frame::data))))
}

fn piece() -> Bytes {
    Bytes::from_static(&[0; 512])
}
