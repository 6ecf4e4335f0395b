//! The bus against things it did not write itself: the simulated chain, a pseudo terminal, the allocator.

mod allocation;
mod chain;
mod pty;
