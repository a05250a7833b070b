//! The three OTLP services behind the receiver: from a request to records to the sink. It knows
//! the order of envelopes, not the fields of records.

use std::io;
use std::sync::Arc;

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{
    LogsService, LogsServiceServer,
};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use tonic::codec::CompressionEncoding::Gzip;
use tonic::transport::Server;
use tonic::transport::server::Router;
use tonic::{Request, Response, Status};

use super::value::Origin;
use super::{CONNECTION_WINDOW, Log, Received, ReceiverOptions, STREAM_WINDOW, Span, data_point};

pub(super) type Sink = dyn Fn(Vec<Received>) -> io::Result<()> + Send + Sync;

/// The server with all three services.
pub(super) fn routes(server: Server, sink: Arc<Sink>, options: &ReceiverOptions) -> Router {
    let limit = options.max_message_bytes;
    let taker = Taker { sink };
    server
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .add_service(
            LogsServiceServer::new(taker.clone())
                .accept_compressed(Gzip)
                .max_decoding_message_size(limit),
        )
        .add_service(
            TraceServiceServer::new(taker.clone())
                .accept_compressed(Gzip)
                .max_decoding_message_size(limit),
        )
        .add_service(
            MetricsServiceServer::new(taker)
                .accept_compressed(Gzip)
                .max_decoding_message_size(limit),
        )
}

#[derive(Clone)]
struct Taker {
    sink: Arc<Sink>,
}

impl Taker {
    fn take(&self, records: Vec<Received>) -> Result<(), Status> {
        (self.sink)(records).map_err(|error| {
            Status::unavailable(format!("the receiver could not hand the records on: {error}"))
        })
    }
}

#[tonic::async_trait]
impl LogsService for Taker {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let mut records = Vec::new();
        for envelope in request.into_inner().resource_logs {
            for group in envelope.scope_logs {
                let origin = Arc::new(Origin::new(envelope.resource.as_ref(), group.scope));
                let logs = group.log_records.into_iter();
                records.extend(logs.map(|log| Received::Log(Log::new(log, Arc::clone(&origin)))));
            }
        }
        self.take(records)?;
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl TraceService for Taker {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut records = Vec::new();
        for envelope in request.into_inner().resource_spans {
            for group in envelope.scope_spans {
                let origin = Arc::new(Origin::new(envelope.resource.as_ref(), group.scope));
                let spans = group.spans.into_iter();
                records
                    .extend(spans.map(|span| Received::Span(Span::new(span, Arc::clone(&origin)))));
            }
        }
        self.take(records)?;
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Taker {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let mut records = Vec::new();
        for envelope in request.into_inner().resource_metrics {
            for group in envelope.scope_metrics {
                let origin = Arc::new(Origin::new(envelope.resource.as_ref(), group.scope));
                let points =
                    group.metrics.into_iter().flat_map(|metric| data_point::all(metric, &origin));
                records.extend(points.map(Received::DataPoint));
            }
        }
        self.take(records)?;
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}
