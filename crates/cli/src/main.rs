//! The program `tendon`; everything it does is in this crate's library.

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::program()
}
