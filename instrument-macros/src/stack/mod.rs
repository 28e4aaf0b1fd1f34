//! The attributes of a function, together: none of them sees what another one makes of it.
//!
//! The way of every attribute is the same: parse, validate, expand. The first that the compiler expands leaves the function as
//! it was to the next one of ours, see [`carrier`]; what stands in the end is one expansion of all, see [`expand`].

mod carrier;
mod expand;
mod inert;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use darling::Error;
use darling::error::Accumulator;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

use crate::checkpoints::{self, Checkpoints};
use crate::perf_timer::{self, PerfTimer};
use crate::print_mem::{self, PrintMem};
use crate::probe::{self, Probe};
use crate::program::{self, Main};
use crate::shared::arguments::Arguments;
use crate::shared::attribute as shared;
use crate::shared::body::with_content;
use crate::shared::function::Function;
use crate::shared::item::{Item, Kind as ItemKind};
use crate::shared::lints::keep_shape;
use crate::shared::pipeline::Attribute;
use crate::shared::runtime::private;
use crate::shared::values::PlainPath;
use crate::timer::{self, Timer};
use carrier::{Carrier, Collected};
use expand::Parts;

/// Declares the attributes: their names, and the types of their arguments.
macro_rules! kinds {
    ($($Kind:ident = $Arguments:ty;)+) => {
        /// One of the attributes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind {
            $($Kind,)+
        }

        impl Kind {
            fn name(self) -> &'static str {
                match self {
                    $(Kind::$Kind => <$Arguments>::ATTRIBUTE,)+
                }
            }

            fn named(name: &str) -> Option<Kind> {
                $(if name == <$Arguments>::ATTRIBUTE {
                    return Some(Kind::$Kind);
                })+
                None
            }

            fn parse(self, arguments: TokenStream, errors: &mut Accumulator) -> Given {
                match self {
                    $(Kind::$Kind => Given::$Kind(<$Arguments>::parse(arguments, errors)),)+
                }
            }
        }

        /// An attribute, as its arguments.
        enum Given {
            $($Kind($Arguments),)+
        }

        impl Given {
            fn validate(&self, item: &Item, errors: &mut Accumulator) {
                match self {
                    $(Given::$Kind(arguments) => arguments.validate(item, errors),)+
                }
            }

            fn krate(&self) -> Option<&PlainPath> {
                match self {
                    $(Given::$Kind(arguments) => arguments.krate.as_ref(),)+
                }
            }
        }
    };
}
kinds! {
    Timer = Timer;
    PerfTimer = PerfTimer;
    PrintMem = PrintMem;
    Checkpoints = Checkpoints;
    Probe = Probe;
    Main = Main;
}

/// From the tokens that the compiler hands over to those it gets back.
///
/// All errors come at once, and the item is given back beside them, so that no second wave of errors follows.
pub fn attribute(
    kind: Kind,
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    let (arguments, item) = (arguments.into(), item.into());
    catching(kind.name(), item, |item| expand(kind, arguments, item)).into()
}

/// The carrier, at the end of a function's attributes.
pub fn carried(carried: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let (carried, item): (TokenStream, TokenStream) = (carried.into(), item.into());
    let unpack = |given: TokenStream| {
        let mut item = Item::of(given.clone());
        match Carrier::restore(&mut item, carried) {
            Some(collected) => function(item, &collected, Others::Gone),
            None => given,
        }
    };
    catching(carrier::NAME, item, unpack).into()
}

/// Our bug shouldn't cost the user the item.
fn catching(attribute: &str, item: TokenStream, expand: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
    let original = item.clone();
    catch_unwind(AssertUnwindSafe(|| expand(item))).unwrap_or_else(|panic| bug(attribute, panic.as_ref(), original))
}

fn expand(kind: Kind, arguments: TokenStream, given: TokenStream) -> TokenStream {
    let mut errors = Error::accumulator();
    let parsed = kind.parse(arguments.clone(), &mut errors);
    let mut item = Item::of(given.clone());
    // Some macros double what's on the functions that they write. The same attribute at one place is one; and so is a timer at two,
    // as on a template and on the function that it's applied to. The place alone says nothing: all that a repetition of a
    // `macro_rules` writes begins at the same one.
    let is_same = |other: &shared::Attribute| {
        other.name().as_deref() == Some(kind.name())
            && other.arguments().to_string() == arguments.to_string()
            && (kind == Kind::Timer || other.begins_where(Span::call_site()))
    };
    item.attributes.retain(|attribute| !is_same(attribute));
    let mut collected = Carrier::take_off(&mut item).unwrap_or_default();
    parsed.validate(&item, &mut errors);
    match errors.finish() {
        Ok(()) => {
            if matches!(&parsed, Given::Timer(timer) if timer.skip.is_present()) {
                return given;
            }
            collected.push((kind, arguments));
            match item.kind {
                ItemKind::Function => function(item, &collected, Others::Among),
                _ => block(item, &collected, false),
            }
        }
        // Two things can't stand where the compiler wants one.
        Err(errors) if item.is_no_item() => with_errors(TokenStream::new(), errors),
        Err(errors) => with_errors(given, errors),
    }
}

/// Where attributes of others are that the compiler may expand after this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Others {
    /// Among the function's, if there are any.
    Among,
    /// On the block that it's in.
    Around,
    /// Nowhere: the carrier comes last. What's before it still isn't a macro, be it that there's none of that name, or an
    /// attribute of the language that isn't known here; whoever waited for it would wait for ever.
    Gone,
}

/// A function with all attributes that were met so far.
fn function(mut item: Item, collected: &Collected, others: Others) -> TokenStream {
    let given: Vec<Given> = {
        // They have been validated, and are what they were.
        let mut errors = Error::accumulator();
        let given = collected.iter().map(|(kind, arguments)| kind.parse(arguments.clone(), &mut errors)).collect();
        drop(errors.finish());
        given
    };
    let private = private(given.iter().find_map(Given::krate));
    let is_followed = others != Others::Gone && item.attributes.iter().any(inert::may_be_a_macro);
    if is_followed && others == Others::Around {
        Carrier::defer(&mut item, collected, &private);
        return item.into_token_stream();
    }
    let carrier = is_followed.then(|| Carrier::new(&item, collected));
    let before = item.attributes.len();
    keep_shape(&mut item);
    if let Some(parts) = parts(&item, &given, &private) {
        expand::function(&mut item, parts, !is_followed && others != Others::Around);
    }
    if let Some(carrier) = carrier {
        let pushed = item.attributes.len() - before;
        carrier.put_on(&mut item, pushed, &private);
    }
    item.into_token_stream()
}

/// What they add.
fn parts<'a>(item: &Item, given: &'a [Given], private: &TokenStream) -> Option<Parts<'a>> {
    let function = Function::of(item)?;
    function.runnable()?;
    let mut parts = Parts { private: private.clone(), arounds: Vec::new(), marks: Vec::new(), probes: Vec::new() };
    for (at, attribute) in given.iter().enumerate() {
        let same = |other: &&Given| std::mem::discriminant(*other) == std::mem::discriminant(attribute);
        let nth = given[..at].iter().filter(same).count();
        match attribute {
            Given::Timer(timer) => parts.arounds.push(timer::part(timer, &function, nth)),
            Given::PerfTimer(timer) => parts.arounds.push(perf_timer::part(timer, &function, nth)),
            Given::PrintMem(print_mem) => parts.arounds.push(print_mem::part(print_mem, &function, nth)),
            Given::Main(main) => parts.arounds.push(program::part(main, nth)),
            Given::Checkpoints(checkpoints) => parts.marks.push(checkpoints::part(checkpoints, &function, nth)),
            Given::Probe(probe) => parts.probes.push(probe::part(probe, item, &function, nth)),
        }
    }
    Some(parts)
}

/// A block of items, each of whose functions is timed. `is_in_their_block`: others' attributes are on what's around it.
fn block(mut item: Item, collected: &Collected, is_in_their_block: bool) -> TokenStream {
    if let (ItemKind::Impl | ItemKind::Trait | ItemKind::Module, Some(body)) = (item.kind, &item.body) {
        let theirs = is_in_their_block || item.attributes.iter().any(inert::may_be_a_macro);
        let others = if theirs { Others::Around } else { Others::Among };
        let within = |inner: Item| {
            // One with arguments of its own, be it `skip`, expands for itself. We mustn't remove that attribute: the user's
            // import of it would be unused, but only while timers are on.
            let ours = !inner.attributes.iter().any(timer::is_timer);
            match inner.kind {
                ItemKind::Function if ours => function(inner, collected, others),
                _ if ours && item.kind == ItemKind::Module => block(inner, collected, theirs),
                _ => inner.into_token_stream(),
            }
        };
        item.body = Some(with_content(body, Item::all_in(body).into_iter().map(within).collect()));
    }
    item.into_token_stream()
}

fn bug(attribute: &str, panic: &(dyn Any + Send), item: TokenStream) -> TokenStream {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let reason = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked");
    let message = format!(
        "`#[{attribute}]` fails on this item: {reason}. That's a bug in `instrument`: please report it, and remove the attribute until it's fixed"
    );
    with_errors(item, Error::custom(message))
}

fn with_errors(mut item: TokenStream, errors: Error) -> TokenStream {
    item.extend(errors.write_errors());
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(source: &str) -> TokenStream {
        source.parse().unwrap_or_default()
    }

    /// What becomes of an item with that attribute.
    fn expanded(kind: Kind, item: &str) -> String {
        catching(kind.name(), tokens(item), |item| expand(kind, TokenStream::new(), item)).to_string()
    }

    #[test]
    fn a_bug_of_ours_gives_the_item_back_beside_the_error() {
        let item = tokens("fn kept() {}");
        let expanded = catching("panicking", item.clone(), |_| panic!("on purpose")).to_string();
        let error = expanded.strip_prefix(&item.to_string()).unwrap_or_default();
        assert!(error.contains("compile_error") && error.contains("`#[panicking]` fails on this item: on purpose"));
    }

    #[test]
    fn a_half_written_body_is_passed_on_for_completion() {
        let expanded = expanded(Kind::Timer, "fn half() { #![allow(a)] self.field. ; let x = match } ");
        assert!(expanded.contains("self . field . ; let x = match"), "{expanded}");
        assert!(!expanded.contains("compile_error"), "{expanded}");
    }

    /// As the compiler does it: each attribute in turn, whatever it's called, and the carrier where it's left.
    fn stacked(kinds: &[Kind], between: impl Fn(String) -> String, item: &str) -> String {
        let names: String = (1..kinds.len()).map(|at| format!("#[renamed_{at}]")).collect();
        let mut tokens = format!("{names} {item}");
        for (at, kind) in kinds.iter().enumerate() {
            let renamed = format!("# [renamed_{at}]");
            tokens = between(expanded(*kind, &tokens.replace(&renamed, "")));
        }
        tokens
    }

    #[test]
    fn attributes_in_turn_come_to_one_expansion_of_what_was_written() {
        for item in ["fn f(x: u8) -> u8 { let y = x + 1; y }", "async fn f(x: u8) -> u8 { let y = x + 1; y }"] {
            let all = stacked(&[Kind::Timer, Kind::Checkpoints, Kind::PrintMem, Kind::Probe], |it| it, item);
            assert!(!all.contains(carrier::NAME), "{all}");
            for once in ["static __INSTRUMENT_SITE", "static __INSTRUMENT_CHECKPOINTS", "static __INSTRUMENT_PROBE"] {
                assert_eq!(all.matches(once).count(), 1, "{once} in\n{all}");
            }
            assert!(all.contains(r#"& ["0: let y = x + 1;" , "0: y"]"#), "{all}");
            assert_eq!(all.matches("async move").count(), usize::from(item.starts_with("async")), "{all}");
        }
    }

    /// A line takes a thousand times as long to print as a span to record.
    #[test]
    fn what_is_printed_is_in_nobodys_time_in_whatever_order() {
        let [all, reversed] = [true, false].map(|forwards| {
            let mut kinds = [Kind::Checkpoints, Kind::PerfTimer, Kind::Timer, Kind::PrintMem, Kind::Probe];
            if !forwards {
                kinds.reverse();
            }
            stacked(&kinds, |it| it, "fn f(x: u8) -> u8 { let y = x + 1; y }")
        });
        for expanded in [all, reversed] {
            let at = |text: &str| expanded.find(text).unwrap_or_else(|| panic!("no {text} in {expanded}"));
            let probed = at("__instrument_probed . run");
            let (printing, marking) = (at("__INSTRUMENT_MEM . on_exit"), at("__INSTRUMENT_CHECKPOINTS . begin"));
            for timing in [at("__INSTRUMENT_SITE . enter"), at("__INSTRUMENT_TIMER . start")] {
                assert!(probed < printing && printing < timing && timing < marking, "{expanded}");
            }
        }
    }

    #[test]
    fn a_function_that_somebody_else_has_changed_is_taken_as_it_is() {
        let change = |it: String| it.replace("let y = x", "let z = 7 ; let y = x");
        let changed = stacked(&[Kind::Timer, Kind::PerfTimer], change, "fn f(x: u8) -> u8 { let y = x + 1; y }");
        assert_eq!(changed.matches("let z = 7").count(), 2, "{changed}");
        assert!(!changed.contains(carrier::NAME), "{changed}");
    }

    #[test]
    fn the_carrier_gives_back_what_it_carries_and_what_was_changed() {
        let carrying = expanded(Kind::Timer, "#[maybe] async fn f(x: u8) -> u8 { x }").replace("# [maybe]", "");
        let mut item = Item::of(tokens(&carrying));
        assert!(carrying.contains("async fn f"), "somebody may need that: {carrying}");
        let collected = Carrier::take_off(&mut item).map(|collected| collected.len());
        assert_eq!(
            (collected, item.to_token_stream().to_string().as_str()),
            (Some(1), "async fn f (x : u8) -> u8 { x }")
        );
        let mut changed = Item::of(tokens(&carrying.replace("(x : u8)", "(y : u8)")));
        assert!(Carrier::take_off(&mut changed).is_none());
        assert!(!changed.to_token_stream().to_string().contains(carrier::NAME));
    }
}
