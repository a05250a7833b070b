//! The faulty server is told apart from a real one by nothing a sender sees.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{
    LogsService, LogsServiceServer,
};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use telemetry::faulty::{Fault, FaultyServer};
use telemetry::{Channel, Reply, SendError, Signal};
use tonic::Status;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use crate::faults::quick;
use crate::receiver::local;

/// A service that always answers the same.
pub(crate) struct Answers(pub(crate) Result<ExportLogsServiceResponse, Status>);

#[tonic::async_trait]
impl LogsService for Answers {
    async fn export(
        &self,
        _: tonic::Request<ExportLogsServiceRequest>,
    ) -> Result<tonic::Response<ExportLogsServiceResponse>, Status> {
        self.0.clone().map(tonic::Response::new)
    }
}

async fn send(url: &str) -> Result<Reply, SendError> {
    let channel = Channel::new(url, quick()).unwrap();
    channel.send(Signal::Logs.method(), Bytes::new()).await
}

async fn check(real: Result<ExportLogsServiceResponse, Status>, fault: Fault) {
    let incoming = TcpIncoming::bind(local()).unwrap();
    let url = format!("http://{}", incoming.local_addr().unwrap());
    let server = Server::builder().add_service(LogsServiceServer::new(Answers(real)));
    tokio::spawn(server.serve_with_incoming(incoming));
    let faulty = FaultyServer::start(fault.clone()).await.unwrap();
    assert_eq!(send(&url).await, send(&faulty.url()).await, "{fault:?}");
}

#[tokio::test]
async fn as_a_real_server() {
    let partial = |rejected, message: &str| {
        let partial = ExportLogsPartialSuccess {
            rejected_log_records: rejected,
            error_message: message.to_owned(),
        };
        let reply = ExportLogsServiceResponse { partial_success: Some(partial) };
        (Ok(reply), Fault::PartialSuccess { rejected, message: message.to_owned() })
    };
    let status = |code: i32, message: &str| {
        let status = Status::new(tonic::Code::from_i32(code), message);
        (Err(status), Fault::TrailersOnly(code.unsigned_abs(), message.to_owned()))
    };
    let cases = [
        (Ok(ExportLogsServiceResponse::default()), Fault::Ok),
        partial(3, "too old"),
        partial(0, "slow down"),
        status(8, "quota used up"),
        status(14, "später, 100 %\nzweite Zeile"),
    ];
    for (real, fault) in cases {
        check(real, fault).await;
    }
}
