//! The channels of a process: whoever asks for the same destination shares its connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::Channel;
use super::connection::{Connection, ConnectionKey};
use super::options::{ChannelError, ChannelOptions};

/// Hands out channels. A connection lives as long as a channel uses it.
#[derive(Default)]
pub struct Channels {
    connections: Mutex<HashMap<ConnectionKey, Weak<Connection>>>,
}

impl Channels {
    pub fn new() -> Self {
        Self::default()
    }

    /// A channel to `url`. Limits, call deadline and headers are its own; the connection is that
    /// of every channel to the same destination.
    pub fn get(&self, url: &str, options: ChannelOptions) -> Result<Channel, ChannelError> {
        let key = ConnectionKey::new(url, &options)?;
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = connections.get(&key).and_then(Weak::upgrade) {
            return Channel::over(connection, options);
        }
        let connection = Arc::new(Connection::new(key.clone())?);
        connections.retain(|_, connection| connection.strong_count() > 0);
        connections.insert(key, Arc::downgrade(&connection));
        Channel::over(connection, options)
    }
}
