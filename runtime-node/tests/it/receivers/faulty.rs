//! The server that can misbehave, here at its best: raw HTTP/2, tonic's own transport library.

use telemetry::faulty::{Fault, FaultyServer};

use super::support::{Arrived, decode};
use super::{Receiver, conform, in_time};

impl Receiver for FaultyServer {
    fn url(&self) -> String {
        FaultyServer::url(self)
    }

    fn arrived(&self) -> Vec<Arrived> {
        self.received().iter().flat_map(|call| decode(&call.message)).collect()
    }
}

#[tokio::test]
async fn faulty_server_without_a_fault() {
    in_time(async {
        let server = FaultyServer::start(Fault::Ok).await.unwrap();
        conform(&server).await;
        for call in server.received() {
            let header = |name: &str| call.headers[name].to_str().unwrap().to_owned();
            assert_eq!(call.method, "/opentelemetry.proto.collector.logs.v1.LogsService/Export");
            assert_eq!(header("content-type"), "application/grpc");
            assert_eq!(header("te"), "trailers");
            assert_eq!(header("grpc-timeout"), "10000m");
        }
    })
    .await;
}
