//! The attributes of `instrument`.
