//! What we need to know of a function.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use super::item::{Item, Kind};
use super::tokens::{Angles, is_punct, mentions};

/// A function, method or trait method, seen from outside.
pub struct Function<'item> {
    pub name: &'item Ident,
    /// The `const` token of a `const fn`.
    pub constness: Option<&'item Ident>,
    pub is_async: bool,
    /// Whether it has parameters in angle brackets.
    pub is_generic: bool,
    /// The tokens of its return type; empty for `()`.
    pub output: TokenStream,
    pub body: Option<&'item Group>,
    is_naked: bool,
}

impl<'item> Function<'item> {
    /// The item, if it's a function.
    pub fn of(item: &'item Item) -> Option<Self> {
        if item.kind != Kind::Function {
            return None;
        }
        let fn_token = item.head.iter().position(|token| is_word(token, "fn"))?;
        let TokenTree::Ident(name) = item.head.get(fn_token + 1)? else { return None };
        let qualifier =
            |word| item.head[..fn_token].iter().find_map(|token| ident(token).filter(|ident| *ident == word));
        Some(Function {
            name,
            constness: qualifier("const"),
            is_async: qualifier("async").is_some(),
            is_generic: item.head.get(fn_token + 2).is_some_and(|token| is_punct(token, '<')),
            output: output(&item.head[fn_token + 2..]),
            body: item.body.as_ref(),
            is_naked: item.attributes.iter().any(|attribute| {
                let name = attribute.name();
                name.as_deref() == Some("naked") || name.as_deref() == Some("unsafe") && attribute.mentions("naked")
            }),
        })
    }

    /// Its body, unless there is none that could run a statement of ours.
    pub fn runnable(&self) -> Option<&'item Group> {
        self.body.filter(|_| self.constness.is_none() && !self.is_naked)
    }

    /// Why there's no such body: what to tell a user who annotated it, and where.
    pub fn why_not(&self, attribute: &str) -> Option<darling::Error> {
        let (message, at) = match (self.constness, self.body) {
            (Some(constness), _) => (
                format!(
                    "a `const fn` can run in the compiler, where there's nothing to measure: remove `const`, or remove `#[{attribute}]`"
                ),
                constness,
            ),
            (None, None) => (
                format!(
                    "`{}` has no body here: put `#[{attribute}]` on its implementation, or on a function that calls it",
                    self.name
                ),
                self.name,
            ),
            (None, Some(_)) if self.is_naked => {
                (format!("a naked function can't hold more than its assembly: remove `#[{attribute}]`"), self.name)
            }
            _ => return None,
        };
        Some(darling::Error::custom(message).with_span(at))
    }

    /// Whether its return type looks like a future's.
    pub fn may_return_future(&self) -> bool {
        !self.is_async && mentions(self.output.clone(), &|word| word.to_string().ends_with("Future"))
    }
}

/// What's wrong with `#[attribute]` on that item, if the attribute goes on functions alone.
pub fn on_a_function(attribute: &str, item: &Item) -> Option<darling::Error> {
    if let Some(function) = Function::of(item) {
        return function.why_not(attribute);
    }
    if let Some(error) = on_no_item(attribute, item) {
        return Some(error);
    }
    let (what, at) = item.described();
    let place = if attribute == "main" { "`fn main`" } else { "functions and methods" };
    let message = format!("`#[{attribute}]` goes on {place}, and not on {what}");
    Some(darling::Error::custom(message).with_span(&at))
}

/// What's wrong with `#[attribute]` on what isn't even an item.
pub fn on_no_item(attribute: &str, item: &Item) -> Option<darling::Error> {
    let (what, at) = item.described();
    let message = format!(
        "`#[{attribute}]` goes on functions, and not on {what}: to time a part of one, write `let _span = instrument::scope!(\"name\");` before it"
    );
    item.is_no_item().then(|| darling::Error::custom(message).with_span(&at))
}

/// The return type, in what follows a function's name.
fn output(signature: &[TokenTree]) -> TokenStream {
    let mut angles = Angles::default();
    let mut after_parameters = signature.iter().skip_while(|token| {
        angles.pass(token);
        !(angles.outside() && matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis))
    });
    after_parameters.next();
    let arrow = (after_parameters.next(), after_parameters.next());
    if !matches!(arrow, (Some(minus), Some(head)) if is_punct(minus, '-') && is_punct(head, '>')) {
        return TokenStream::new();
    }
    after_parameters.take_while(|token| !is_word(token, "where") && !is_punct(token, ';')).cloned().collect()
}

fn ident(token: &TokenTree) -> Option<&Ident> {
    match token {
        TokenTree::Ident(ident) => Some(ident),
        _ => None,
    }
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    ident(token).is_some_and(|ident| ident == word)
}
