//! The runtime of `instrument`.
