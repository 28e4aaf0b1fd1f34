//! What the attributes share, one concept a file.

pub mod arguments;
pub mod attribute;
pub mod body;
pub mod function;
pub mod item;
pub mod lints;
pub mod part;
pub mod pipeline;
pub mod returned;
pub mod runtime;
pub mod signature;
pub mod tail;
pub mod tokens;
pub mod values;
