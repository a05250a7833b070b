//! Graphs written as cases, with components made from WIT, through the public interface.

mod case;
mod cases;
