//! All attributes of a function, expanded together.
//!
//! ```text
//! fn         { inner attributes; items; call of a probe, which runs { guards; call of checkpoints; statements } }
//! async fn   { inner attributes; items; Layers::new(async move { parameters; { statements } }, layers) }
//! ```
//!
//! What lies around what is always the same, see [`Rank`]: a probe's call, and so what's done while the function is held, is
//! outermost, and checkpoints are innermost, whose marks stand between the user's own statements.
//!
//! An `async fn` becomes a function that returns its future, where nothing is known that needs the `async`: so there's one
//! future for each function and not two, neither in memory nor for the compiler to look through.

use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};

use crate::checkpoints::{Marked, Marks};
use crate::probe::{Probed, output_of};
use crate::shared::body::{Output, after_ours, split, with_content};
use crate::shared::function::Function;
use crate::shared::item::Item;
use crate::shared::lints::{Captured, keep_quiet_about_awaitables, keep_quiet_about_drops};
use crate::shared::part::{Around, Made, Rank};
use crate::shared::returned::{Returned, future_output};
use crate::shared::runtime::ours;
use crate::shared::signature::{HandsOver, Name, Signature, named};
use crate::shared::tail::{self, AsyncBlock};
use crate::shared::tokens::{is_punct, mentions};

/// What the attributes of a function add, from the outside to the inside.
pub struct Parts<'a> {
    /// The hidden module, by the path of the first attribute.
    pub private: TokenStream,
    pub arounds: Vec<Around>,
    pub marks: Vec<Marks>,
    pub probes: Vec<Probed<'a>>,
}

/// The function with all of them. `is_last`: no other attribute comes after ours that may need it as it's written.
pub fn function(item: &mut Item, mut parts: Parts<'_>, is_last: bool) {
    parts.arounds.sort_by_key(|around| around.rank);
    let (head, body, captured, is_block) = {
        let Some(function) = Function::of(item) else { return };
        let Some(body) = function.runnable() else { return };
        let Some(signature) = Signature::of(&item.head) else { return };
        let expansion = Expansion { parts: &parts, item, function: &function, names: signature.names(), body };
        let is_layered = expansion.is_layered();
        if function.is_async && is_layered {
            let over = (is_last && expansion.can_hand_over()).then(|| signature.handing_over()).flatten();
            let captured = if over.is_some() { Captured::Receiver } else { Captured::All };
            let (head, body) = expansion.asynchronous(over);
            (head, body, captured, true)
        } else {
            let captured = if parts.probes.is_empty() { Captured::None } else { Captured::All };
            let body = expansion.in_block().unwrap_or_else(|| expansion.called());
            (None, body, captured, false)
        }
    };
    keep_quiet_about_drops(item, captured);
    item.body = Some(body);
    if is_block {
        keep_quiet_about_awaitables(item);
    }
    if let Some(head) = head {
        item.head = head;
    }
}

struct Expansion<'a> {
    parts: &'a Parts<'a>,
    item: &'a Item,
    function: &'a Function<'a>,
    names: Vec<Name>,
    body: &'a Group,
}

/// A future with its layers, and the statements that this takes.
struct Layered {
    before: TokenStream,
    layered: TokenStream,
}

/// The user's statements, perhaps marked.
struct Inside {
    inner_attributes: TokenStream,
    /// Items that a lint wants first; none, if nothing is marked.
    first: TokenStream,
    statements: TokenStream,
    is_marked: bool,
}

impl Expansion<'_> {
    /// Whether it needs to see the polls of a future.
    fn is_layered(&self) -> bool {
        let Parts { arounds, marks, probes, .. } = self.parts;
        arounds.iter().any(|around| around.layer.is_some()) || !marks.is_empty() || !probes.is_empty()
    }

    /// Whether an `async fn` can become a function that returns its future.
    ///
    /// Not if that would be another type or another lint's business, or has no name yet.
    fn can_hand_over(&self) -> bool {
        let is_program = |around: &Around| around.rank == Rank::Program;
        let needs_async = |name: &str| ["must_use", "track_caller", "target_feature"].contains(&name);
        !self.parts.arounds.iter().any(is_program)
            && !self.item.attributes.iter().any(|attribute| {
                attribute.name().is_some_and(|name| needs_async(&name)) || attribute.mentions("must_use")
            })
            && !matches!(Output::of(&self.function.output), Output::Never)
            && !mentions(self.function.output.clone(), &|word| word == "impl")
    }

    fn inside(&self, body: &Group, is_async: bool) -> (Inside, TokenStream) {
        if self.parts.marks.is_empty() {
            let (inner_attributes, statements) = split(body);
            return (
                Inside { inner_attributes, first: TokenStream::new(), statements, is_marked: false },
                TokenStream::new(),
            );
        }
        let marks: Vec<&Marks> = self.parts.marks.iter().collect();
        let Marked { inner_attributes, items, labels, statements } = Marked::of(body, &marks, is_async);
        (Inside { inner_attributes, first: items, statements, is_marked: true }, self.declarations(&labels))
    }

    fn declarations(&self, labels: &[Literal]) -> TokenStream {
        self.parts.marks.iter().map(|marks| marks.declaration(labels)).collect()
    }

    /// The items of all but checkpoints, which have to know their lines.
    fn items(&self) -> TokenStream {
        let arounds = self.parts.arounds.iter().map(|around| &around.items);
        arounds.chain(self.parts.probes.iter().map(|probe| &probe.items)).cloned().collect()
    }

    /// The guards of those, from the outside to the inside.
    fn guards<'g>(&self, arounds: impl Iterator<Item = &'g Around>) -> TokenStream {
        let marks = self.parts.marks.iter().map(Marks::guard);
        arounds.map(|around| around.guard.clone()).chain(marks).collect()
    }

    /// A function that isn't async, or makes its future elsewhere.
    fn called(&self) -> Group {
        let Expansion { parts, function, body, .. } = self;
        let (inside, declarations) = self.inside(body, false);
        let items = [self.items(), declarations].into_iter().collect::<TokenStream>();
        let returned = Returned::of(&function.output);
        let times = |around: &Around| match (&returned, around.made) {
            (None, _) | (_, Made::Neither) => false,
            (Some(returned), Made::Futures) => returned.is_future,
            (Some(_), Made::FuturesAndStreams) => true,
        };
        let guards = self.guards(parts.arounds.iter().filter(|around| !times(around)));
        let timing: Vec<_> = parts.arounds.iter().filter(|around| times(around)).collect();
        let inner_attributes = inside.inner_attributes.clone();
        if let Some(returned) = returned.filter(|_| !timing.is_empty()) {
            let made = with_content(body, inside.after(body, &TokenStream::new(), &guards));
            let timed = self.wrapped(&made, &returned, &timing);
            return with_content(body, self.probed(&inner_attributes, &items, &inside, &timed, None));
        }
        with_content(body, self.probed(&inner_attributes, &items, &inside, &inside.statements, Some(&guards)))
    }

    /// Statements of a function, within the calls of its probes; `guards`, if they're the user's.
    fn probed(
        &self,
        inner_attributes: &TokenStream,
        items: &TokenStream,
        inside: &Inside,
        statements: &TokenStream,
        guards: Option<&TokenStream>,
    ) -> TokenStream {
        let Expansion { parts, function, body, names, .. } = self;
        let Some((first, others)) = parts.probes.split_first() else {
            return match guards {
                Some(guards) => {
                    let all = quote_spanned!(ours() => #items #guards);
                    let content = inside.after(body, &TokenStream::new(), &all);
                    quote_spanned!(ours() => #inner_attributes #content)
                }
                None => {
                    let returned = self.returned(statements);
                    quote_spanned!(ours() => #inner_attributes #items #returned)
                }
            };
        };
        // From the inside to the outside; all but the innermost only run what's inside.
        let innermost = others.last().unwrap_or(first);
        let place = first.place;
        let content = match (guards, place) {
            (None, _) => statements.clone(),
            (Some(guards), None) => inside.after(body, &named(names), guards),
            (Some(guards), Some(_)) => inside.after(body, &TokenStream::new(), guards),
        };
        let run = |probe: &Probed<'_>, content: TokenStream| match place {
            None => probe.run(&function.output, &with_content(body, content)),
            Some(place) => probe.in_place(place, &function.output, body, content),
        };
        let mut running = match (guards, place) {
            (None, None) => {
                let named = named(names);
                run(innermost, quote_spanned!(ours() => #named #content))
            }
            _ => run(innermost, content),
        };
        for probe in parts.probes.iter().rev().skip(1) {
            let inner = probe_after(probe, parts).begun(names, false);
            running = run(probe, quote_spanned!(ours() => #inner #running));
        }
        let begun = first.begun(names, false);
        let running = if place.is_none() { self.returned(&running) } else { running };
        quote_spanned!(ours() => #inner_attributes #items #begun #running)
    }

    /// What's returned in the user's stead, who may want to read `return` there.
    fn returned(&self, value: &TokenStream) -> TokenStream {
        let function = self.function;
        let is_nothing = !function.is_async && function.output.is_empty();
        if is_nothing { value.clone() } else { quote_spanned!(ours() => return #value) }
    }

    /// What the body returns, a future or stream made elsewhere, with layers around it.
    fn wrapped(&self, made: &Group, returned: &Returned, timing: &[&Around]) -> TokenStream {
        let private = &self.parts.private;
        // Boxes of several types become one only where that type is known. And a `return` has to end the making, not the
        // function.
        let output = returned.is_boxed.then_some(&self.function.output);
        let made = if mentions(made.stream(), &|word| word == "return") {
            let output = output.map(|output| quote_spanned!(ours() => -> #output));
            quote_spanned!(ours() => (move || #output #made)())
        } else if let Some(output) = output {
            quote_spanned!(ours() => { let __instrument_made: #output = #made; __instrument_made })
        } else {
            without_a_hint(made).into_token_stream()
        };
        let layers = nested(timing.iter().filter_map(|around| around.layer.clone()));
        if returned.is_boxed {
            quote_spanned!(ours() => #private::boxed!(#made, #layers))
        } else {
            quote_spanned!(ours() => #private::layers::Layers::new(#made, #layers))
        }
    }

    /// A function that ends with an async block, as in `Box::pin(async move { … })`: what takes time is the future.
    fn in_block(&self) -> Option<Group> {
        let Expansion { parts, function, body, .. } = self;
        if !function.may_return_future() || !self.is_layered() {
            return None;
        }
        let yielded = future_output(&function.output).map(ToTokens::into_token_stream);
        let moves = ends_with_moving_block(body);
        let declared = std::cell::RefCell::new(TokenStream::new());
        let rewritten = tail::rewrite(body, &|block: &AsyncBlock| {
            let output = match (&yielded, parts.probes.is_empty()) {
                (Some(output), false) if moves => output_of(output),
                _ => Output::Inferred,
            };
            let (inside, declarations) = self.inside(&block.body, true);
            *declared.borrow_mut() = declarations;
            let hint = output.hint().unwrap_or_default();
            let inner_attributes = &inside.inner_attributes;
            let content = inside.after(&block.body, &hint, &TokenStream::new());
            let content = with_content(&block.body, quote_spanned!(ours() => #inner_attributes #content));
            let capture = &block.capture;
            let future = quote_spanned!(ours() => async #capture #content);
            let probes = if moves { parts.probes.as_slice() } else { &[] };
            let Layered { before, layered } = self.layered(&future, probes, &output, true);
            if before.is_empty() {
                return layered;
            }
            with_content(&block.body, quote_spanned!(ours() => #before #layered)).into_token_stream()
        })?;
        let items: TokenStream = [self.items(), declared.into_inner()].into_iter().collect();
        let (inner_attributes, statements) = split(&rewritten);
        if moves || parts.probes.is_empty() {
            let begun: TokenStream = parts.probes.iter().map(|probe| probe.begun(&self.names, true)).collect();
            let statements = after_ours(body, statements);
            return Some(with_content(body, quote_spanned!(ours() => #inner_attributes #items #begun #statements)));
        }
        // What borrows can't take the call along, which so is that of making the future.
        let inside = Inside { inner_attributes, first: TokenStream::new(), statements, is_marked: false };
        let no_guards = TokenStream::new();
        let content = self.probed(&inside.inner_attributes, &items, &inside, &inside.statements, Some(&no_guards));
        Some(with_content(body, content))
    }

    /// An async function: its head, if that changes, and its body.
    fn asynchronous(&self, over: Option<HandsOver>) -> (Option<Vec<TokenTree>>, Group) {
        let Expansion { parts, function, body, .. } = self;
        let output = if parts.probes.is_empty() && over.is_none() {
            Output::of(&function.output)
        } else {
            output_of(&function.output)
        };
        let (inside, declarations) = self.inside(body, true);
        let items: TokenStream = [self.items(), declarations].into_iter().collect();
        let asked = |names: &[Name]| -> TokenStream { parts.probes.iter().map(|probe| probe.asked(names)).collect() };
        let taken = match &over {
            // Before they're moved into places of their own, as what was looked at is kept there to the end.
            Some(HandsOver { handed, is_plain: true, taken, .. }) if !parts.probes.is_empty() => {
                let (order, asked) = (in_order(handed), asked(handed));
                quote_spanned!(ours() => #order #asked #taken)
            }
            Some(HandsOver { handed, taken, .. }) => {
                let asked = asked(&by_name(handed));
                quote_spanned!(ours() => #taken #asked)
            }
            None => {
                let (named, asked) = (named(&self.names), asked(&self.names));
                quote_spanned!(ours() => #named #asked)
            }
        };
        // What's empty tells its type by itself.
        let hint = output.hint().filter(|_| !body.stream().is_empty()).unwrap_or_default();
        let block = if over.is_none() || taken.is_empty() {
            let before = quote_spanned!(ours() => #taken #hint);
            with_content(body, inside.after(body, &before, &TokenStream::new()))
        } else {
            // The newest edition's braces: what the last expression leaves behind is dropped before the parameters are, as in
            // a function's body of any edition.
            let statements = with_content(body, inside.after(body, &hint, &TokenStream::new()));
            let mut block = Group::new(Delimiter::Brace, quote_spanned!(ours() => #taken #statements));
            block.set_span(ours().located_at(body.span()));
            block
        };
        let Layered { before, layered } =
            self.layered(&quote_spanned!(ours() => async move #block), &parts.probes, &output, false);
        let inner_attributes = &inside.inner_attributes;
        let content = match over {
            Some(_) => {
                let returned = self.returned(&layered);
                quote_spanned!(ours() => #inner_attributes #items #before #returned)
            }
            None => {
                let guards: TokenStream = parts
                    .arounds
                    .iter()
                    .filter(|around| around.layer.is_none())
                    .map(|around| around.guard.clone())
                    .collect();
                let layered = if before.is_empty() { layered } else { quote_spanned!(ours() => { #before #layered }) };
                let awaited = match output {
                    Output::Never => quote_spanned!(ours() => match #layered.await {}),
                    _ if function.output.is_empty() => quote_spanned!(ours() => #layered.await),
                    _ => quote_spanned!(ours() => return #layered.await),
                };
                quote_spanned!(ours() => #inner_attributes #items #guards #awaited)
            }
        };
        (over.map(|over| over.head), with_content(body, content))
    }

    fn layered(&self, future: &TokenStream, probes: &[Probed<'_>], output: &Output, made: bool) -> Layered {
        let Parts { private, arounds, marks, .. } = self.parts;
        let future_name = Ident::new("__instrument_future", ours());
        let probing = probes.iter().map(|probe| probe.layer(&future_name, output, made));
        let around = arounds.iter().filter_map(|around| around.layer.clone());
        let layers = nested(probing.chain(around).chain(marks.iter().map(Marks::layer)));
        if layers.is_empty() {
            // What probes see is the making alone.
            return Layered { before: TokenStream::new(), layered: future.clone() };
        }
        if probes.is_empty() {
            let layered = quote_spanned!(ours() => #private::layers::Layers::new(#future, #layers));
            return Layered { before: TokenStream::new(), layered };
        }
        Layered {
            before: quote_spanned!(ours() => let #future_name = #future; let __instrument_layers = #layers;),
            layered: quote_spanned!(ours() => #private::layers::Layers::new(#future_name, __instrument_layers)),
        }
    }
}

impl Inside {
    /// The statements behind `before`, and behind `guards`, in braces of their own if they begin with items.
    fn after(&self, body: &Group, before: &TokenStream, guards: &TokenStream) -> TokenStream {
        let Inside { first, statements, is_marked, .. } = self;
        if !is_marked {
            if before.is_empty() && guards.is_empty() {
                return statements.clone();
            }
            let statements = after_ours(body, statements.clone());
            return quote_spanned!(ours() => #before #guards #statements);
        }
        let all = quote_spanned!(ours() => #first #guards #statements);
        if first.is_empty() || before.is_empty() {
            return quote_spanned!(ours() => #before #all);
        }
        let all = with_content(body, all);
        quote_spanned!(ours() => #before #all)
    }
}

/// Braces that nobody calls unnecessary. Around a single expression they may be ours: there's nothing that would be dropped
/// before or after what it leaves behind, as in braces of different editions.
fn without_a_hint(body: &Group) -> Group {
    let mut body = body.clone();
    if !body.stream().into_iter().any(|token| is_punct(&token, ';')) {
        body.set_span(ours().located_at(body.span()));
    }
    body
}

/// The probe right inside of that one.
fn probe_after<'p, 'a>(probe: &'p Probed<'a>, parts: &'p Parts<'a>) -> &'p Probed<'a> {
    let at = parts.probes.iter().position(|other| std::ptr::eq(other, probe)).unwrap_or_default();
    parts.probes.get(at + 1).unwrap_or(probe)
}

/// A statement that never runs, and names what's handed over in the order in which a function is given it.
fn in_order(handed: &[Name]) -> TokenStream {
    let names = handed.iter().map(|name| {
        let (used, held) = (name.used(), &name.held);
        quote_spanned!(ours() => #used let _ = &#held;)
    });
    if handed.is_empty() { TokenStream::new() } else { quote_spanned!(ours() => if false { #(#names)* }) }
}

/// The names as they are when they're bound.
fn by_name(handed: &[Name]) -> Vec<Name> {
    let bound = |name: &Name| Name {
        cfg: name.cfg.clone(),
        name: name.name.clone(),
        held: name.name.clone(),
        is_mutable: name.is_mutable,
    };
    handed.iter().map(bound).collect()
}

/// Layers, given from the outside to the inside, as pairs of an inner and an outer one.
fn nested(layers: impl Iterator<Item = TokenStream>) -> TokenStream {
    let layers: Vec<_> = layers.collect();
    let pairs = layers.into_iter().rev().reduce(|inner, outer| quote_spanned!(ours() => (#inner, #outer)));
    pairs.unwrap_or_default()
}

/// Whether the future owns what it uses; else it couldn't take the call along.
fn ends_with_moving_block(body: &Group) -> bool {
    let moves = std::cell::Cell::new(false);
    let look = |block: &AsyncBlock| {
        moves.set(!block.capture.is_empty());
        TokenStream::new()
    };
    tail::rewrite(body, &look).is_some() && moves.get()
}
