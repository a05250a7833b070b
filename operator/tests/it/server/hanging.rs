//! A request that a server begins to answer and never can: its body does not come.

use std::convert::Infallible;

use futures_util::stream::{Pending, pending};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http_body_util::StreamBody;
use hyper::body::{Bytes, Frame};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use kube::client::ConfigExt;

use super::{OPERATOR, Server, TOKEN};

type Never = StreamBody<Pending<Result<Frame<Bytes>, Infallible>>>;

impl Server {
    /// Has the operator create something, for as long as this is polled.
    pub(crate) async fn hang(&self, path: String) {
        let connector = self.operator().rustls_https_connector().unwrap();
        let client = Client::builder(TokioExecutor::new()).build::<_, Never>(connector);
        loop {
            let request = http::Request::post(format!("{}{path}", self.url))
                .header(AUTHORIZATION, format!("Bearer {TOKEN}"))
                .header("impersonate-user", OPERATOR)
                .header(CONTENT_TYPE, "application/json");
            // The server loses patience after a minute.
            drop(client.request(request.body(StreamBody::new(pending())).unwrap()).await);
        }
    }
}
