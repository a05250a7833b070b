//! Graphs written as cases, with components made from WIT, through the public interface.

#[cfg(test)]
mod case;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod determinism;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod lookup;
#[cfg(test)]
mod portable;
#[cfg(test)]
mod scale;
#[cfg(test)]
mod words;
