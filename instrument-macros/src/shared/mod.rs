//! What the attributes share, in the order in which an attribute needs it.

pub mod arguments;
pub mod body;
pub mod function;
pub mod item;
pub mod pipeline;
pub mod runtime;
pub mod tail;
pub mod values;
