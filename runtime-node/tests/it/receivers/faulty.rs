//! The server that can misbehave, here at its best: raw HTTP/2, without a gRPC library.

use telemetry::faulty::{Fault, FaultyServer};

use super::records::{Arrived, ArrivedSpan, decode, decode_spans};
use super::support::{LOGS, TRACES};
use super::{Receiver, conform, in_time};

impl Receiver for FaultyServer {
    fn url(&self) -> String {
        FaultyServer::url(self)
    }

    fn arrived(&self) -> Vec<Arrived> {
        let calls = self.received().into_iter().filter(|call| call.method == LOGS);
        calls.flat_map(|call| decode(&call.message)).collect()
    }

    fn spans(&self) -> Vec<ArrivedSpan> {
        let calls = self.received().into_iter().filter(|call| call.method == TRACES);
        calls.flat_map(|call| decode_spans(&call.message)).collect()
    }
}

#[tokio::test]
async fn faulty_server_without_a_fault() {
    in_time(async {
        let server = FaultyServer::start(Fault::Ok).await.unwrap();
        conform(&server).await;
        for call in server.received() {
            let header = |name: &str| call.headers[name].to_str().unwrap().to_owned();
            assert!([LOGS, TRACES].contains(&call.method.as_str()), "{}", call.method);
            assert_eq!(header("content-type"), "application/grpc");
            assert_eq!(header("te"), "trailers");
            assert_eq!(header("grpc-timeout"), "10000m");
        }
    })
    .await;
}
