//! The rules of the schedule, one by one.
