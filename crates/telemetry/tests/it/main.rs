//! The channel and the receiver, over real sockets.

#[cfg(test)]
mod receiver;
