//! Annotated code of every kind gives no warning that it wouldn't give otherwise, in any edition.
#![deny(warnings, clippy::pedantic, missing_docs, unreachable_pub, unused_qualifications, unused_lifetimes)]
#![deny(single_use_lifetimes, elided_lifetimes_in_paths, let_underscore_drop, trivial_casts, unused_results)]
#![deny(clippy::unwrap_used, clippy::exit, clippy::let_underscore_untyped, clippy::as_conversions, clippy::panic)]
// Where nothing says otherwise, `forbid` does.
#![deny(unsafe_code)]

pub mod asynchronous;
pub mod attributes;
pub mod blocks;
#[cfg(test)]
mod drops;
pub mod explicit;
pub mod functions;
pub mod methods;
pub mod unsafety;
