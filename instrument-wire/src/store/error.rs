//! What can be wrong with a store.

use crate::spec::{InvalidSpec, ParseError, SpecId};
use instrument_model::text::printable;
use std::fmt;

/// Why a store doesn't do what it was asked to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum StoreError {
    /// There's a spec of this identity already.
    Exists(SpecId),
    /// There's no spec of this identity.
    Missing(SpecId),
    /// The spec isn't valid.
    Invalid(InvalidSpec),
    /// What's stored isn't what it should be; it's left as it is.
    Nonsense {
        /// Where it is.
        place: String,
        /// What's wrong.
        error: ParseError,
    },
    /// More than a store may hold.
    TooMuch {
        /// Where it is.
        place: String,
        /// What there is too much of, and how much there may be.
        message: String,
    },
    /// It can't be read or written now.
    Unavailable {
        /// Where it is.
        place: String,
        /// Why.
        message: String,
    },
}

impl StoreError {
    pub(crate) fn unavailable(place: &str, message: impl fmt::Display) -> StoreError {
        StoreError::Unavailable { place: place.to_owned(), message: message.to_string() }
    }

    pub(crate) fn too_much(place: &str, message: impl fmt::Display) -> StoreError {
        StoreError::TooMuch { place: place.to_owned(), message: message.to_string() }
    }
}

impl From<InvalidSpec> for StoreError {
    fn from(error: InvalidSpec) -> StoreError {
        StoreError::Invalid(error)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |id: &SpecId| printable(&id.to_string());
        match self {
            StoreError::Exists(id) => {
                write!(f, "there's a spec {} already; give this one another name, or remove that one", shown(id))
            }
            StoreError::Missing(id) => write!(f, "there's no spec {}", shown(id)),
            StoreError::Invalid(error) => error.fmt(f),
            StoreError::Nonsense { place, error } => write!(f, "{}: {error}", printable(place)),
            StoreError::TooMuch { place, message } | StoreError::Unavailable { place, message } => {
                write!(f, "{}: {}", printable(place), printable(message))
            }
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StoreError::Invalid(error) => Some(error),
            StoreError::Nonsense { error, .. } => Some(error),
            _ => None,
        }
    }
}
