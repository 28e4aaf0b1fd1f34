//! What an attribute hands on to those of ours below it, which the compiler expands later, whatever they're called there.
//!
//! While attributes come after it that may be macros, it can't know whose. So it expands as if it were the last one, and adds
//! an attribute at the end, which carries the function as it was. Whichever of ours comes next takes that, and expands it
//! anew with both; at last the carrier itself does. Where somebody else's attribute has changed the function meanwhile, the
//! carrier is of no use any more, and what there is now is what's annotated.
//!
//! On a method of a block that somebody else's macro is still to change, as `async_trait` does, that would be sure to
//! happen. There nothing is expanded yet: the carrier holds only what's on the block, and the rest is as usual once the
//! method is what it will be.

use std::hash::{DefaultHasher, Hash, Hasher};

use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};

use super::Kind;
use crate::shared::attribute::Attribute;
use crate::shared::item::Item;
use crate::shared::runtime::ours;

/// The carrier's name, by which it's known.
pub const NAME: &str = "__instrument_stacked";

/// An attribute of ours that was met before, and its arguments.
pub type Collected = Vec<(Kind, TokenStream)>;

/// A function as it was.
pub struct Carrier {
    collected: Collected,
    head: Vec<TokenTree>,
    body: Option<Group>,
}

impl Carrier {
    pub fn new(item: &Item, collected: &Collected) -> Self {
        Carrier { collected: collected.clone(), head: item.head.clone(), body: item.body.clone() }
    }

    /// Puts what was collected for `item`, which is to be expanded later, at the end of its attributes.
    pub fn defer(item: &mut Item, collected: &Collected, private: &TokenStream) {
        let name = Ident::new(NAME, ours());
        let collected = listed(collected);
        let tokens = quote_spanned!(ours() => #[#private::#name({ #collected })]);
        item.attributes.push(Attribute { tokens: tokens.into_iter().collect() });
    }

    /// Puts it at the end of the attributes of `item`, to which `pushed` others were added.
    pub fn put_on(self, item: &mut Item, pushed: usize, private: &TokenStream) {
        let name = Ident::new(NAME, ours());
        let (pushed, print) = (Literal::usize_unsuffixed(pushed), Literal::u64_unsuffixed(fingerprint(item)));
        let collected = listed(&self.collected);
        let (head, body) = (&self.head, &self.body);
        let tokens = quote_spanned!(ours() =>
            #[#private::#name(#pushed #print { #collected } { #(#head)* } #body)]
        );
        item.attributes.push(Attribute { tokens: tokens.into_iter().collect() });
    }

    /// Makes of `item` what it was, if it carries that and hasn't been changed since.
    pub fn take_off(item: &mut Item) -> Option<Collected> {
        let at = item.attributes.iter().position(|attribute| attribute.name().as_deref() == Some(NAME))?;
        let carried = item.attributes.remove(at).arguments();
        let before = item.attributes.split_off(at);
        let collected = Self::restore(item, carried);
        item.attributes.extend(before);
        collected
    }

    /// The same, with what it carries.
    pub fn restore(item: &mut Item, carried: TokenStream) -> Option<Collected> {
        let mut tokens = carried.into_iter().peekable();
        if let Some(TokenTree::Group(list)) = tokens.peek() {
            return collected(list);
        }
        let (pushed, print) = (number(tokens.next()?)?, number(tokens.next()?)?);
        if print != fingerprint(item) {
            return None;
        }
        let (TokenTree::Group(list), TokenTree::Group(head)) = (tokens.next()?, tokens.next()?) else { return None };
        let collected = collected(&list)?;
        let body = match tokens.next() {
            Some(TokenTree::Group(body)) => Some(body),
            _ => None,
        };
        let kept = item.attributes.len().checked_sub(usize::try_from(pushed).ok()?)?;
        item.attributes.truncate(kept);
        (item.head, item.body) = (head.stream().into_iter().collect(), body);
        Some(collected)
    }
}

/// Attributes and their arguments as tokens,
fn listed(collected: &Collected) -> TokenStream {
    let each = collected.iter().map(|(kind, arguments)| {
        let kind = Ident::new(kind.name(), ours());
        quote_spanned!(ours() => #kind (#arguments))
    });
    each.collect()
}

/// and back.
fn collected(list: &Group) -> Option<Collected> {
    let mut collected = Collected::new();
    let mut list = list.stream().into_iter();
    while let (Some(TokenTree::Ident(kind)), Some(TokenTree::Group(arguments))) = (list.next(), list.next()) {
        collected.push((Kind::named(&kind.to_string())?, arguments.stream()));
    }
    Some(collected)
}

fn number(token: TokenTree) -> Option<u64> {
    token.to_string().parse().ok()
}

/// By which a function is known again: its tokens, however they're spaced.
fn fingerprint(item: &Item) -> u64 {
    let mut hasher = DefaultHasher::new();
    let head: TokenStream = item.head.iter().cloned().collect();
    hash(head, &mut hasher);
    hash(item.body.to_token_stream(), &mut hasher);
    hasher.finish()
}

fn hash(tokens: TokenStream, hasher: &mut DefaultHasher) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let delimiter = match group.delimiter() {
                    // Not kept everywhere.
                    Delimiter::None => None,
                    Delimiter::Brace => Some('{'),
                    Delimiter::Bracket => Some('['),
                    Delimiter::Parenthesis => Some('('),
                };
                delimiter.hash(hasher);
                hash(group.stream(), hasher);
                delimiter.hash(hasher);
            }
            token => token.to_string().hash(hasher),
        }
    }
}
