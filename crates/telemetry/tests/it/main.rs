//! The channel and the receiver, over real sockets.

#[cfg(test)]
mod faults;
#[cfg(test)]
mod pinned;
#[cfg(test)]
mod receiver;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod sharing;
#[cfg(test)]
mod tls;
