//! Offers `modulewise:grpc/endpoint` and speaks gRPC over `wasi:http`: settings and message →
//! request → answer → verdict. It knows nothing of what the messages mean, except that a reply of
//! an OTLP export may say that part of it was refused.

mod bindings;
mod call;
mod failure;
mod frame;
mod partial;
mod reply;
mod settings;
mod status;
mod units;
mod url;

use std::cell::OnceCell;

use bindings::exports::modulewise::grpc::endpoint::Guest;
use bindings::store;
use settings::Settings;

struct GrpcToHttp;

thread_local! {
    /// Read once per instance; what is wrong with it is told to every caller.
    static SETTINGS: OnceCell<Result<Settings, String>> = const { OnceCell::new() };
}

impl Guest for GrpcToHttp {
    fn send(path: String, data: Vec<u8>) -> Result<(), String> {
        SETTINGS.with(|cell| match cell.get_or_init(read_settings) {
            Ok(settings) => send(settings, &path, &data),
            Err(problems) => Err(format!("not_configured: {problems}")),
        })
    }
}

fn read_settings() -> Result<Settings, String> {
    let pairs = store::get_all().map_err(|error| match error {
        store::Error::Upstream(text) | store::Error::Io(text) => {
            format!("the configuration cannot be read: {text}")
        }
    })?;
    Settings::read(&pairs).map_err(|problems| problems.join("; "))
}

fn send(settings: &Settings, path: &str, data: &[u8]) -> Result<(), String> {
    let method = settings.method(path, data.len())?;
    let reply = call::unary(settings, method, data).map_err(|failure| failure.to_string())?;
    partial::check(method, &reply)
}
