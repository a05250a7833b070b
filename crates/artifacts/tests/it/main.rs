//! Loads the graphs of `testdata/` and compares what came and what went wrong with the golden of
//! each. Files that git cannot or should not hold are made here, and so is the HTTP server.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod files;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod server;
#[cfg(test)]
mod sharing;
