//! From text to an expression that fits its target.

use super::functions::{self, is_function, is_value};
use super::standard::TYPES;
use super::syntax::{Node, Part};
use super::{Expression, Uses, parser};
use crate::error::InstrumentError;
use crate::guarded::inside;
use crate::targets::{Target, unknown_argument};
use crate::value::Value;
use instrument_core::shared::spawn_with;
use instrument_model::text::nearest;
use instrument_wire::Bounds;
use std::thread;

/// Parts of an expression within parts.
const DEEPEST: usize = 40;
/// The parser is recursive: half of it is what the deepest takes in a debug build.
const STACK: usize = 2 << 20;

/// What every call has.
const EVERYWHERE: [&str; 6] = ["args", "result", "error", "elapsed", "now", "thread"];

pub(super) fn compile(source: &str, target: &Target) -> Result<Expression, InstrumentError> {
    if source.len() > Bounds::EXPRESSION {
        return Err(InstrumentError::new(format_args!(
            "it has {} bytes: write at most {}, or register a function",
            source.len(),
            Bounds::EXPRESSION
        )));
    }
    if source.trim().is_empty() {
        return Err(InstrumentError::from("it's empty: write CEL, as `result > 10 && user_id == 42`"));
    }
    // On a stack of its own, since the caller's may be nearly used up.
    let (source, target) = (source.to_owned(), target.clone());
    let compiler = thread::Builder::new().name("instrument-compiler".into()).stack_size(STACK);
    let compiled = spawn_with(compiler, move || inside(|| on_a_stack_of_its_own(&source, &target)))
        .map_err(|error| InstrumentError::new(format_args!("no thread to compile it on: {error}")))?
        .join();
    compiled.unwrap_or_else(|_| Err(InstrumentError::from("the parser panicked on it: write it in another way")))
}

fn on_a_stack_of_its_own(source: &str, target: &Target) -> Result<Expression, InstrumentError> {
    let root = parser::parse(source).map_err(|wrong| InstrumentError::new(format_args!("it's no CEL: {wrong}")))?;
    if root.depth > DEEPEST {
        return Err(InstrumentError::new(format_args!(
            "its parts are nested {} deep: write at most {DEEPEST}, or register a function",
            root.depth
        )));
    }
    let mut names = Names { target, uses: Uses::default() };
    names.visit(&root)?;
    Ok(Expression { root, uses: names.uses })
}

/// Finds what each name stands for.
struct Names<'t> {
    target: &'t Target,
    uses: Uses,
}

impl Names<'_> {
    fn visit(&mut self, node: &Node) -> Result<(), InstrumentError> {
        match &node.part {
            Part::Name(name) => return self.name(name),
            // `args.user` and `args['user']` look at no other argument.
            Part::Field { of, name, .. } if matches!(&of.part, Part::Name(of) if of == "args") => {
                return self.argument(name);
            }
            Part::Index(parts) => {
                if let [Node { part: Part::Name(of), .. }, Node { part: Part::Literal(Value::String(name)), .. }] =
                    &**parts
                    && of == "args"
                {
                    return self.argument(name);
                }
            }
            Part::Call { name, .. } if !is_function(name) => {
                let hint = match functions::near(name) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "register it by `register_function`".to_owned(),
                };
                return Err(InstrumentError::new(format_args!("there's no function `{name}`: {hint}")));
            }
            _ => {}
        }
        let mut result = Ok(());
        node.parts(&mut |part| {
            if result.is_ok() {
                result = self.visit(part);
            }
        });
        result
    }

    fn name(&mut self, name: &str) -> Result<(), InstrumentError> {
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
