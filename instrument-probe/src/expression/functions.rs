//! Functions and values that all expressions share.

use super::bounds::replace;
use super::{convert, library};
use crate::error::InstrumentError;
use crate::value::Value;
use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, ListExpr, LiteralValue};
use cel::common::types::{CelList, CelString, LIST_TYPE, STRING_TYPE};
use cel::common::value::CowVal;
use cel::{Env, ExecutionError};
use instrument_model::text::nearest;
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

const CALL: &str = "@call";

/// What the interpreter brings along.
const STANDARD: [&str; 15] = [
    "bool",
    "bytes",
    "contains",
    "double",
    "dyn",
    "endsWith",
    "int",
    "size",
    "startsWith",
    "string",
    "type",
    "uint",
    "has",
    "max",
    "min",
];

type Function = Arc<dyn Fn(&[Value]) -> Result<Value, String> + Send + Sync>;

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
    if is_name && !STANDARD.contains(&name) {
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

fn is_registered(name: &str) -> bool {
    REGISTRY.read().unwrap_or_else(PoisonError::into_inner).functions.contains_key(name)
}

pub(super) fn is_function(name: &str) -> bool {
    STANDARD.contains(&name) || is_registered(name)
}

/// The function that a misspelt name was meant to be.
pub(super) fn near(name: &str) -> Option<String> {
    let registry = REGISTRY.read().unwrap_or_else(PoisonError::into_inner);
    let known = STANDARD.into_iter().chain(registry.functions.keys().map(String::as_str));
    nearest(name, known).map(str::to_owned)
}

/// One function for all that are registered: the interpreter takes plain `fn`s, which couldn't tell who they are.
pub(super) fn declare(environment: &mut Env) {
    // Its name can't be written in an expression, so nothing else has declared it.
    let _ = environment.add_overload(CALL, "call_string_list", vec![STRING_TYPE, LIST_TYPE], call);
}

fn call<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [name, list] = arguments.as_slice() else { return Err(ExecutionError::missing_argument_or_target()) };
    let name = name.downcast_ref::<CelString<'_>>().map(|name| name.inner().to_owned()).unwrap_or_default();
    let elements = list.downcast_ref::<CelList<'_>>().map(|list| list.inner()).unwrap_or_default();
    let values: Result<Vec<_>, _> = elements.iter().map(|element| convert::from_cel(element.as_ref())).collect();
    let values = values.map_err(|error| ExecutionError::function_error(&name, error))?;
    let function = REGISTRY.read().unwrap_or_else(PoisonError::into_inner).functions.get(&name).map(Arc::clone);
    let function = function.ok_or_else(|| ExecutionError::undeclared_reference(&name))?;
    let result = function(&values).map_err(|error| ExecutionError::function_error(&name, error))?;
    Ok(convert::to_cel(&result))
}

/// The expression, with calls of registered functions as calls of that one.
pub(super) fn called(mut expression: IdedExpr) -> IdedExpr {
    match &mut expression.expr {
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
        Expr::Select(select) => replace(&mut select.operand, called),
        Expr::Call(call) => {
            let target = call.target.take().map(|target| called(*target));
            let arguments: Vec<_> = std::mem::take(&mut call.args).into_iter().map(called).collect();
            if is_registered(&call.func_name) {
                let id = expression.id;
                let name = LiteralValue::String(CelString::from(std::mem::take(&mut call.func_name)));
                let all = target.into_iter().chain(arguments).collect();
                call.func_name = CALL.to_owned();
                call.args = vec![
                    IdedExpr { id, expr: Expr::Literal(name) },
                    IdedExpr { id, expr: Expr::List(ListExpr::new(all)) },
                ];
            } else {
                *call = CallExpr {
                    func_name: std::mem::take(&mut call.func_name),
                    target: target.map(Box::new),
                    args: arguments,
                };
            }
        }
        Expr::List(list) => list.elements.iter_mut().for_each(|element| replace(element, called)),
        Expr::Map(map) => map.entries.iter_mut().for_each(|entry| called_in(&mut entry.expr)),
        Expr::Struct(made) => made.entries.iter_mut().for_each(|entry| called_in(&mut entry.expr)),
        Expr::Comprehension(made) => {
            replace(&mut made.iter_range, called);
            replace(&mut made.loop_step, called);
        }
    }
    expression
}

fn called_in(entry: &mut EntryExpr) {
    match entry {
        EntryExpr::StructField(field) => replace(&mut field.value, called),
        EntryExpr::MapEntry(entry) => {
            replace(&mut entry.key, called);
            replace(&mut entry.value, called);
        }
    }
}
