//! The node as its users meet it: the built program and the library, real components, receivers on
//! loopback.

#[cfg(test)]
mod cli;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod grants;
#[cfg(test)]
mod isolation;
#[cfg(test)]
mod live;
#[cfg(test)]
mod receivers;
#[cfg(test)]
mod run;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod support;
#[cfg(test)]
mod values;
