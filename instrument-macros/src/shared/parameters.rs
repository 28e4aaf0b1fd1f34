//! The names that a function's parameters have in its body.
//!
//! A body that becomes an `async move` block, or a closure, takes the parameters in the order in which it first names them, and
//! drops them in that order. So they're named first of all, the last one first: that's the order in which functions
//! drop their parameters.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, FnArg, PatIdent, Token};

use super::runtime::ours;
use super::tokens::Angles;

/// A name that a parameter has in the body.
pub struct Parameter {
    /// The `#[cfg(…)]`s that decide whether it's there.
    pub cfg: TokenStream,
    pub name: Ident,
    /// Whether it's `mut`.
    pub is_mutable: bool,
}

impl Parameter {
    /// What a statement that names it needs, so that nobody wonders why a name that says it isn't used is.
    pub fn used(&self) -> TokenStream {
        let cfg = &self.cfg;
        let is_unused = self.name.to_string().starts_with('_');
        let allow = is_unused.then(|| quote_spanned!(ours() => #[allow(clippy::used_underscore_binding)]));
        quote_spanned!(ours() => #cfg #allow)
    }
}

/// A statement that never runs, and names them all; nothing, if there are none.
pub fn named(last_to_first: &[Parameter]) -> TokenStream {
    if last_to_first.is_empty() {
        return TokenStream::new();
    }
    let names = last_to_first.iter().map(|parameter| {
        let (used, name) = (parameter.used(), &parameter.name);
        quote_spanned!(ours() => #used let _ = &#name;)
    });
    quote_spanned!(ours() => if false { #(#names)* })
}

/// The names, from the last to the first.
pub fn last_to_first(head: &[TokenTree]) -> Vec<Parameter> {
    let mut angles = Angles::default();
    let parameters =
        head.iter().skip_while(|token| !matches!(token, TokenTree::Ident(word) if word == "fn")).find_map(|token| {
            angles.pass(token);
            match token {
                TokenTree::Group(group) if angles.outside() && group.delimiter() == Delimiter::Parenthesis => {
                    Some(group.stream())
                }
                _ => None,
            }
        });
    let parameters = Punctuated::<FnArg, Token![,]>::parse_terminated.parse2(parameters.unwrap_or_default());
    let mut names = Vec::new();
    for mut parameter in parameters.into_iter().flatten() {
        match &mut parameter {
            FnArg::Receiver(receiver) => {
                let (cfg, name) = (cfg(&receiver.attrs), Ident::from(receiver.self_token));
                let is_mutable = receiver.mutability.is_some();
                names.push(Parameter { cfg, name, is_mutable });
            }
            FnArg::Typed(typed) => {
                let cfg = cfg(&typed.attrs);
                let mut bound = Bound(Vec::new());
                bound.visit_pat_mut(&mut typed.pat);
                names.extend(bound.0.into_iter().map(|(name, is_mutable)| Parameter {
                    cfg: cfg.clone(),
                    name,
                    is_mutable,
                }));
            }
        }
    }
    names.reverse();
    names
}

fn cfg(attributes: &[Attribute]) -> TokenStream {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).map(ToTokens::to_token_stream).collect()
}

struct Bound(Vec<(Ident, bool)>);

impl VisitMut for Bound {
    fn visit_pat_ident_mut(&mut self, pattern: &mut PatIdent) {
        self.0.push((pattern.ident.clone(), pattern.mutability.is_some()));
        visit_mut::visit_pat_ident_mut(self, pattern);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_last_to_the_first() {
        let names = |head: &str| {
            let head: Vec<_> = head.parse::<TokenStream>().unwrap_or_default().into_iter().collect();
            last_to_first(&head).iter().map(|parameter| parameter.name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(
            names("pub async fn f<F: Fn(u8)>(&self, mut a: u8, (b, _): (u8, u8), f: F) -> u8"),
            ["f", "b", "a", "self"]
        );
        assert_eq!(names("async fn f(self: Pin<&mut Self>, S { c, .. }: S)"), ["c", "self"]);
        assert_eq!(names("async fn f()"), Vec::<String>::new());
    }
}
