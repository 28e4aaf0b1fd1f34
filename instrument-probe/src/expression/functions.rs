//! Functions and values that all expressions share.

use super::library;
use super::standard::NAMES;
use crate::error::InstrumentError;
use crate::value::Value;
use instrument_model::text::nearest;
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

pub(super) type Function = Arc<dyn Fn(&[Value]) -> Result<Value, String> + Send + Sync>;

#[derive(Default)]
struct Registry {
    functions: BTreeMap<String, Function>,
    values: BTreeMap<String, Value>,
}

static REGISTRY: LazyLock<RwLock<Registry>> = LazyLock::new(|| {
    let mut registry = Registry::default();
    registry.functions.insert("mag".to_owned(), Arc::new(library::magnitude));
    registry.functions.insert("matches".to_owned(), Arc::new(library::matches));
    RwLock::new(registry)
});

pub(super) fn prepare() {
    LazyLock::force(&REGISTRY);
}

/// Keeps everybody else out while what's returned exists.
pub(crate) fn hold() -> Box<dyn Any> {
    Box::new(REGISTRY.write().unwrap_or_else(PoisonError::into_inner))
}

/// Registers a function that all expressions can call, those compiled from now on. One of the same name is replaced.
///
/// It's called on the thread of a probed call, and has to be quick; its errors and panics stop the instrument.
///
/// `mag(x)` is there from the start: the decimal order of magnitude, 2 for all numbers from 100 to below 1,000, negative
/// ones too; 0 for 0. So is `text.matches(pattern)`, which looks for a regular expression.
///
/// # Errors
///
/// The name is no name (letters, digits and `_`), or that of one of CEL's own functions.
///
/// ```
/// use instrument_probe::{Value, register_function};
///
/// register_function("is_even", |arguments| match arguments {
///     [Value::Int(number)] => Ok(Value::from(number % 2 == 0)),
///     _ => Err("is_even takes one integer".to_owned()),
/// })?;
/// # Ok::<(), instrument_probe::InstrumentError>(())
/// ```
pub fn register_function(
    name: &str,
    function: impl Fn(&[Value]) -> Result<Value, String> + Send + Sync + 'static,
) -> Result<(), InstrumentError> {
    check(name)?;
    let mut registry = REGISTRY.write().unwrap_or_else(PoisonError::into_inner);
    let replaced = registry.functions.insert(name.to_owned(), Arc::new(function));
    drop(registry);
    drop(replaced);
    Ok(())
}

/// Registers a value that all expressions can name, those compiled from now on. One of the same name is replaced; a
/// function's argument of that name goes before it.
///
/// # Errors
///
/// The name is no name (letters, digits and `_`).
///
/// ```
/// instrument_probe::register_value("version", env!("CARGO_PKG_VERSION"))?;
/// # Ok::<(), instrument_probe::InstrumentError>(())
/// ```
pub fn register_value(name: &str, value: impl Into<Value>) -> Result<(), InstrumentError> {
    check(name)?;
    REGISTRY.write().unwrap_or_else(PoisonError::into_inner).values.insert(name.to_owned(), value.into());
    Ok(())
}

fn check(name: &str) -> Result<(), InstrumentError> {
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_name && !NAMES.contains(&name) {
        return Ok(());
    }
    Err(InstrumentError::new(format_args!(
        "`{name}` can't be registered: write a name of letters, digits and `_` that isn't CEL's own"
    )))
}

pub(super) fn value(name: &str) -> Option<Value> {
    REGISTRY.read().unwrap_or_else(PoisonError::into_inner).values.get(name).cloned()
}

pub(super) fn is_value(name: &str) -> bool {
    value(name).is_some()
}

pub(super) fn registered(name: &str) -> Option<Function> {
    REGISTRY.read().unwrap_or_else(PoisonError::into_inner).functions.get(name).map(Arc::clone)
}

pub(super) fn is_function(name: &str) -> bool {
    NAMES.contains(&name) || registered(name).is_some()
}

/// The function that a misspelt name was meant to be.
pub(super) fn near(name: &str) -> Option<String> {
    let registry = REGISTRY.read().unwrap_or_else(PoisonError::into_inner);
    let known = NAMES.into_iter().chain(registry.functions.keys().map(String::as_str));
    nearest(name, known).map(str::to_owned)
}
