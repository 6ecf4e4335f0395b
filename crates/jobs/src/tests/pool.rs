//! The pool with its threads.
