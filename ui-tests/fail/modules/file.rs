//! The body of a module in a file of its own.
