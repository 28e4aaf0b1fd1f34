//! Compile-time promises of the attributes; see `tests/`.
