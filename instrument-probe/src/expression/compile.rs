//! From text to an expression that fits its target.

use super::functions::{self, is_function, is_value};
use super::{ENVIRONMENT, Expression, SHALLOW, Uses, bounds};
use crate::error::InstrumentError;
use crate::guarded::inside;
use crate::targets::{Target, unknown_argument};
use cel::common::ast::{EntryExpr, Expr, IdedExpr};
use instrument_model::text::nearest;
use std::sync::Arc;
use std::thread;

/// Bytes of an expression.
const LONGEST: usize = 2_048;
/// Parts of an expression within parts.
const DEEPEST: usize = 40;
/// The parser is recursive, and takes 8 MiB and more for the deepest that it reads in a debug build; see `LONGEST`.
const STACK: usize = 64 << 20;

/// What every call has.
const EVERYWHERE: [&str; 6] = ["args", "result", "error", "elapsed", "now", "thread"];
/// Types, which are values in CEL.
const TYPES: [&str; 10] = ["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];

pub(super) fn compile(source: &str, target: &Target) -> Result<Expression, InstrumentError> {
    if source.len() > LONGEST {
        return Err(InstrumentError::new(format_args!(
            "it has {} bytes: write at most {LONGEST}, or register a function",
            source.len()
        )));
    }
    if source.trim().is_empty() {
        return Err(InstrumentError::from("it's empty: write CEL, as `result > 10 && user_id == 42`"));
    }
    // On a stack of its own, since the caller's may be nearly used up.
    let (source, target) = (source.to_owned(), target.clone());
    let compiler = thread::Builder::new().name("instrument-compiler".into()).stack_size(STACK);
    let compiled = compiler
        .spawn(move || inside(|| on_a_large_stack(&source, &target)))
        .map_err(|error| InstrumentError::new(format_args!("no thread to compile it on: {error}")))?
        .join();
    compiled.unwrap_or_else(|_| Err(InstrumentError::from("the CEL parser panicked on it: write it in another way")))
}

fn on_a_large_stack(source: &str, target: &Target) -> Result<Expression, InstrumentError> {
    let environment = Arc::clone(&ENVIRONMENT);
    let program = environment
        .compile(source)
        .map_err(|errors| InstrumentError::new(format_args!("it's no CEL: {}", brief(&errors.to_string()))))?;
    let depth = depth(program.expression());
    if depth > DEEPEST {
        return Err(InstrumentError::new(format_args!(
            "its parts are nested {depth} deep: write at most {DEEPEST}, or register a function"
        )));
    }
    let mut names = Names { target, uses: Uses::default(), looping: Vec::new() };
    names.visit(program.expression())?;
    let root = functions::called(program.expression().clone());
    let root = bounds::bounded(root, &mut Vec::new());
    Ok(Expression { is_deep: self::depth(&root) > SHALLOW, root, uses: names.uses })
}

/// The parser's message without its drawing.
fn brief(errors: &str) -> String {
    let first = errors.lines().next().unwrap_or_default();
    first.trim_start_matches("ERROR: ").trim_start_matches("<input>:").to_owned()
}

/// All parts right below.
fn parts(expression: &IdedExpr) -> Vec<&IdedExpr> {
    match &expression.expr {
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
        Expr::Select(select) => vec![&select.operand],
        Expr::Call(call) => call.target.iter().map(|target| &**target).chain(&call.args).collect(),
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map.entries.iter().flat_map(|entry| of_entry(&entry.expr)).collect(),
        Expr::Struct(made) => made.entries.iter().flat_map(|entry| of_entry(&entry.expr)).collect(),
        Expr::Comprehension(made) => {
            vec![&made.iter_range, &made.accu_init, &made.loop_cond, &made.loop_step, &made.result]
        }
    }
}

fn of_entry(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}

fn depth(expression: &IdedExpr) -> usize {
    1 + parts(expression).into_iter().map(depth).max().unwrap_or_default()
}

/// Finds what each name stands for.
struct Names<'t> {
    target: &'t Target,
    uses: Uses,
    looping: Vec<String>,
}

impl Names<'_> {
    fn visit(&mut self, expression: &IdedExpr) -> Result<(), InstrumentError> {
        match &expression.expr {
            Expr::Ident(name) => return self.name(name),
            Expr::Select(select) => {
                // `args.user` looks at no other argument.
                if let Expr::Ident(name) = &select.operand.expr
                    && name == "args"
                    && !self.looping.contains(name)
                {
                    return self.argument(&select.field);
                }
            }
            Expr::Call(call) if call.func_name.starts_with(char::is_alphabetic) && !is_function(&call.func_name) => {
                let hint = match functions::near(&call.func_name) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "register it by `register_function`".to_owned(),
                };
                return Err(InstrumentError::new(format_args!("there's no function `{}`: {hint}", call.func_name)));
            }
            Expr::Comprehension(made) => {
                self.visit(&made.iter_range)?;
                let before = self.looping.len();
                self.looping.extend([made.iter_var.clone(), made.accu_var.clone()]);
                self.looping.extend(made.iter_var2.clone());
                for part in [&made.accu_init, &made.loop_cond, &made.loop_step, &made.result] {
                    self.visit(part)?;
                }
                self.looping.truncate(before);
                return Ok(());
            }
            _ => {}
        }
        parts(expression).into_iter().try_for_each(|part| self.visit(part))
    }

    fn name(&mut self, name: &str) -> Result<(), InstrumentError> {
        if self.looping.iter().any(|known| known == name) {
            return Ok(());
        }
        match name {
            "args" => self.uses.arguments = crate::targets::Wanted::ALL,
            "result" => self.uses.result = true,
            "error" => self.uses.error = true,
            "elapsed" => self.uses.elapsed = true,
            "now" | "thread" => {}
            _ if self.target.site.arguments().iter().any(|argument| argument.name == name) => {
                return self.argument(name);
            }
            _ if is_value(name) || TYPES.contains(&name) => {}
            _ => {
                let also = match nearest(name, EVERYWHERE) {
                    Some(near) => format!("; or `{near}`?"),
                    None => format!("; every call has `{}`", EVERYWHERE.join("`, `")),
                };
                return Err(InstrumentError::new(format_args!("{}{also}", unknown_argument(self.target, name))));
            }
        }
        Ok(())
    }

    fn argument(&mut self, name: &str) -> Result<(), InstrumentError> {
        let plan = crate::targets::Plan::new(crate::targets::Events::NONE).argument(self.target, name)?;
        self.uses.arguments = self.uses.arguments.union(plan.arguments);
        Ok(())
    }
}
