//! Proves that nothing is left of `instrument` where it's off; see `tests/`.
