//! What one evaluation may cost.
//!
//! The interpreter has no bound of its own, and a few words can ask for a lot: `a.map(x, a.map(y, a.map(z, …)))`, or a text
//! that's doubled thirty times. So the compiled expression is changed before it's first used: each step of a loop, and
//! each thing that makes a value larger than those it's made of, goes through the function `@charge`, which gives its
//! argument back and takes its size from a budget. Names charge when they're looked up. What's left is bounded by the
//! expression's own length.

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, operators};
use cel::common::types::{CelBytes, CelList, CelMap, CelString, DYN_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{Env, ExecutionError};
use std::cell::Cell;

use crate::error::InstrumentError;

/// Steps and parts of values in one evaluation: some milliseconds' worth.
const BUDGET: u64 = 100_000;
/// Bytes of text that count as one part.
const BYTES: usize = 16;

const CHARGE: &str = "@charge";

thread_local! {
    static LEFT: Cell<u64> = const { Cell::new(BUDGET) };
}

/// The function that charges.
pub(super) fn declare(environment: &mut Env) {
    // Its name can't be written in an expression, so nothing else has declared it.
    let _ = environment.add_overload(CHARGE, "charge_dyn", vec![DYN_TYPE], charge);
}

fn charge<'b, 'v>(mut arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let argument = arguments.pop().ok_or_else(ExecutionError::missing_argument_or_target)?;
    spend_on(argument.as_ref())?;
    Ok(argument)
}

/// Evaluates with a budget of its own. When it's used up the whole fails, also if a part of it took that for `false`.
pub(super) fn within_budget<R>(evaluate: impl FnOnce() -> Result<R, InstrumentError>) -> Result<R, InstrumentError> {
    LEFT.set(BUDGET);
    let result = evaluate();
    if LEFT.get() == 0 {
        return Err(InstrumentError::from(
            "it takes too long or makes too much: loop over less, put fewer loops into one another, or make smaller values",
        ));
    }
    result
}

fn spend(parts: u64) -> Result<(), ExecutionError> {
    let left = LEFT.get().saturating_sub(parts);
    LEFT.set(left);
    if left == 0 { Err(ExecutionError::InternalError("the budget is used up".to_owned())) } else { Ok(()) }
}

/// Takes the size of a value from the budget. Stops looking when that's used up.
pub(super) fn spend_on(value: &dyn Val) -> Result<(), ExecutionError> {
    if let Some(text) = value.downcast_ref::<CelString<'_>>() {
        return spend(1 + (text.inner().len() / BYTES) as u64);
    }
    if let Some(bytes) = value.downcast_ref::<CelBytes<'_>>() {
        return spend(1 + (bytes.inner().len() / BYTES) as u64);
    }
    spend(1)?;
    if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        list.inner().iter().try_for_each(|element| spend_on(element.as_ref()))
    } else if let Some(map) = value.downcast_ref::<CelMap<'_>>() {
        map.inner().iter().try_for_each(|(key, value)| {
            spend_on(key.inner())?;
            spend_on(value.as_ref())
        })
    } else {
        Ok(())
    }
}

/// As much for text that's about to become a value.
pub(super) fn spend_on_text(text: &str) -> Result<(), ExecutionError> {
    spend(1 + (text.len() / BYTES) as u64)
}

/// For a search in so many bytes, which takes many steps for each.
pub(super) fn spend_on_search(text: usize) -> Result<(), ExecutionError> {
    spend(1 + 8 * text as u64)
}

/// The expression, with charges where they belong. `looping` are the names that loops around it have made.
pub(super) fn bounded(mut expression: IdedExpr, looping: &mut Vec<String>) -> IdedExpr {
    let mut grows = false;
    match &mut expression.expr {
        // Names that loops make are as large as what's looped over; all others charge when they're looked up.
        Expr::Ident(name) => grows = looping.contains(name),
        Expr::Literal(_) | Expr::Unspecified => {}
        Expr::Select(select) => replace(&mut select.operand, |operand| bounded(operand, looping)),
        Expr::Call(call) => {
            grows = call.func_name == operators::ADD
                || call.func_name.starts_with(char::is_alphabetic)
                || call.func_name.starts_with("@call");
            if let Some(target) = &mut call.target {
                replace(target, |target| bounded(target, looping));
            }
            call.args.iter_mut().for_each(|argument| replace(argument, |argument| bounded(argument, looping)));
        }
        Expr::List(list) => {
            grows = true;
            list.elements.iter_mut().for_each(|element| replace(element, |element| bounded(element, looping)));
        }
        Expr::Map(map) => {
            grows = true;
            map.entries.iter_mut().for_each(|entry| entry_of(&mut entry.expr, looping));
        }
        Expr::Struct(made) => {
            grows = true;
            made.entries.iter_mut().for_each(|entry| entry_of(&mut entry.expr, looping));
        }
        Expr::Comprehension(comprehension) => loop_of(comprehension, looping),
    }
    if grows { charged(expression) } else { expression }
}

fn entry_of(entry: &mut EntryExpr, looping: &mut Vec<String>) {
    match entry {
        EntryExpr::StructField(field) => replace(&mut field.value, |value| bounded(value, looping)),
        EntryExpr::MapEntry(entry) => {
            replace(&mut entry.key, |key| bounded(key, looping));
            replace(&mut entry.value, |value| bounded(value, looping));
        }
    }
}

fn loop_of(comprehension: &mut ComprehensionExpr, looping: &mut Vec<String>) {
    replace(&mut comprehension.iter_range, |range| bounded(range, looping));
    let before = looping.len();
    looping.push(comprehension.iter_var.clone());
    looping.extend(comprehension.iter_var2.clone());
    let accumulator = comprehension.accu_var.clone();
    replace(&mut comprehension.loop_step, |step| step_of(step, &accumulator, looping));
    looping.truncate(before);
}

/// A loop's step. Its outermost shape stays, since the interpreter knows by it how to be quick; what the user wrote in it
/// is charged.
fn step_of(mut step: IdedExpr, accumulator: &str, looping: &mut Vec<String>) -> IdedExpr {
    let is_accumulator = |part: &IdedExpr| matches!(&part.expr, Expr::Ident(name) if name == accumulator);
    if is_accumulator(&step) {
        return step;
    }
    if let Expr::Call(call) = &mut step.expr {
        let first_is_it = call.args.first().is_some_and(is_accumulator);
        match (call.func_name.as_str(), call.args.as_mut_slice()) {
            (operators::CONDITIONAL, [condition, yes, no]) => {
                replace(condition, |condition| charged(bounded(condition, looping)));
                replace(yes, |yes| step_of(yes, accumulator, looping));
                replace(no, |no| step_of(no, accumulator, looping));
                return step;
            }
            (operators::ADD, [_, more]) if first_is_it => {
                match &mut more.expr {
                    Expr::List(list) => list
                        .elements
                        .iter_mut()
                        .for_each(|element| replace(element, |element| charged(bounded(element, looping)))),
                    _ => replace(more, |more| charged(bounded(more, looping))),
                }
                return step;
            }
            (operators::LOGICAL_AND | operators::LOGICAL_OR, [_, more]) if first_is_it => {
                replace(more, |more| charged(bounded(more, looping)));
                return step;
            }
            _ => {}
        }
    }
    charged(bounded(step, looping))
}

fn charged(expression: IdedExpr) -> IdedExpr {
    let id = expression.id;
    IdedExpr { id, expr: Expr::Call(CallExpr { func_name: CHARGE.to_owned(), target: None, args: vec![expression] }) }
}

pub(super) fn replace(place: &mut IdedExpr, change: impl FnOnce(IdedExpr) -> IdedExpr) {
    *place = change(std::mem::take(place));
}
