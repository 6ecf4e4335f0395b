//! The bus against things it did not write itself: the simulated chain, a pseudo terminal, the allocator.
//!
//! The modules say `cfg(test)`, which is true anyway, so that their helpers may unwrap as tests may.

#[cfg(test)]
mod allocation;
#[cfg(test)]
mod chain;
#[cfg(test)]
mod pty;
#[cfg(test)]
mod scanning;
#[cfg(test)]
mod setting_up;
