//! The operator against a real API server, with no more rights than its table of rules names. There
//! are no controllers and no nodes: what these would write, the tests write.

#[cfg(test)]
mod server;
#[cfg(test)]
mod world;

#[cfg(test)]
mod children;
#[cfg(test)]
mod conflict;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod leases;
#[cfg(test)]
mod life;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod outage;
#[cfg(test)]
mod pods;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod restored;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod rollouts;
#[cfg(test)]
mod scale;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod server_errors;
#[cfg(test)]
mod trials;
#[cfg(test)]
mod turns;
