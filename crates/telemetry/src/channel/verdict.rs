//! What the reply to an OTLP export says about the records in it. It knows no transport.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use prost::Message as _;

use super::Reply;
use super::code::Code;
use super::error::SendError;
use crate::signal::Signal;

/// Judges the `bytes` that came with status 0.
pub(super) fn judge(signal: Signal, bytes: Bytes, url: &str) -> Result<Reply, SendError> {
    // The replies of the three signals differ in names alone; on the wire they are the same.
    let reply = ExportLogsServiceResponse::decode(bytes.clone()).map_err(|error| {
        let message = format!("{url} sent a reply that is not an OTLP {signal} reply: {error}");
        SendError::status(Code::Internal, message)
    })?;
    let Some(partial) = reply.partial_success else { return Ok(Reply { bytes, warning: None }) };
    match u64::try_from(partial.rejected_log_records) {
        Ok(0) => {
            let warning = Some(partial.error_message).filter(|text| !text.is_empty());
            Ok(Reply { bytes, warning })
        }
        Ok(rejected) => Err(SendError::PartialSuccess { rejected, message: partial.error_message }),
        Err(_) => Err(SendError::status(
            Code::Internal,
            format!("{url} sent a negative number of rejected {signal}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use opentelemetry_proto::tonic::collector::{logs, metrics, trace};

    use super::*;

    fn check(signal: Signal, reply: Vec<u8>, expect: Expect) {
        let text = match judge(signal, Bytes::from(reply), "http://a:1") {
            Ok(reply) => format!("ok, warning {:?}", reply.warning),
            Err(error) => error.to_string(),
        };
        expect.assert_eq(&text);
    }

    fn logs(rejected_log_records: i64, error_message: &str) -> Vec<u8> {
        let error_message = error_message.to_owned();
        let partial = logs::v1::ExportLogsPartialSuccess { rejected_log_records, error_message };
        ExportLogsServiceResponse { partial_success: Some(partial) }.encode_to_vec()
    }

    #[test]
    fn verdicts() {
        check(Signal::Logs, vec![], expect!["ok, warning None"]);
        check(Signal::Logs, logs(0, ""), expect!["ok, warning None"]);
        check(Signal::Logs, logs(0, "slow down"), expect![[r#"ok, warning Some("slow down")"#]]);
        check(Signal::Logs, logs(3, "too old"), expect!["partial_success: rejected=3; too old"]);
        check(
            Signal::Logs,
            logs(-1, ""),
            expect!["INTERNAL: http://a:1 sent a negative number of rejected logs"],
        );
        check(
            Signal::Logs,
            b"<html>".to_vec(),
            expect![
                "INTERNAL: http://a:1 sent a reply that is not an OTLP logs reply: failed to decode Protobuf message: unexpected end group tag"
            ],
        );
    }

    #[test]
    fn the_other_signals_have_the_same_reply() {
        let error_message = "no".to_owned();
        let partial = trace::v1::ExportTracePartialSuccess { rejected_spans: 4, error_message };
        let reply = trace::v1::ExportTraceServiceResponse { partial_success: Some(partial) };
        check(Signal::Traces, reply.encode_to_vec(), expect!["partial_success: rejected=4; no"]);
        let error_message = "no".to_owned();
        let partial =
            metrics::v1::ExportMetricsPartialSuccess { rejected_data_points: 5, error_message };
        let reply = metrics::v1::ExportMetricsServiceResponse { partial_success: Some(partial) };
        check(Signal::Metrics, reply.encode_to_vec(), expect!["partial_success: rejected=5; no"]);
    }
}
