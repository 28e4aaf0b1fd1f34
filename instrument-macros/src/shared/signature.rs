//! A function's signature in parts: its parameters, what of them the body names, and what it returns.
//!
//! A function whose body becomes an async block, or a closure, hands its parameters over. An `async fn` that becomes a `fn`
//! does so as the compiler does it: each one is moved into the block, bound there by its own pattern, so that what's
//! dropped, when and in which order, and what lints say, are what they'd be. Else they're captured by name, the last one
//! first: that's the order in which functions drop their parameters.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, FnArg, Pat, PatIdent, Token};

use super::runtime::ours;
use super::tokens::{Angles, is_punct};

/// A signature, cut.
pub struct Signature {
    /// Up to the parameters, without them.
    before: Vec<TokenTree>,
    parameters: Group,
    /// The return type; empty for `()`.
    output: TokenStream,
    /// The `where` clause, or whatever follows.
    after: TokenStream,
}

/// A name that a parameter has in the body.
pub struct Name {
    /// The `#[cfg(…)]`s that decide whether it's there.
    pub cfg: TokenStream,
    /// As the user calls it.
    pub name: Ident,
    /// What holds its value.
    pub held: Ident,
    /// Whether it's `mut`.
    pub is_mutable: bool,
}

impl Name {
    /// What a statement that names it needs, so that nobody wonders why a name that says it isn't used is.
    pub fn used(&self) -> TokenStream {
        let cfg = &self.cfg;
        let is_unused = self.held.to_string().starts_with('_');
        let allow = is_unused.then(|| quote_spanned!(ours() => #[allow(clippy::used_underscore_binding)]));
        quote_spanned!(ours() => #cfg #allow)
    }
}

/// A function that hands all its parameters over to a block.
pub struct HandsOver {
    /// Its head.
    pub head: Vec<TokenTree>,
    /// The names of what it hands over, from the first to the last, and those that patterns make of it.
    pub handed: Vec<Name>,
    /// Whether all names that the body knows are among those that are handed over.
    pub is_plain: bool,
    /// The statements by which the block takes them over.
    pub taken: TokenStream,
}

impl Signature {
    /// Of what stands before a function's body; `None` of what's none.
    pub fn of(head: &[TokenTree]) -> Option<Self> {
        let is_word = |token: &TokenTree, word: &str| matches!(token, TokenTree::Ident(ident) if ident == word);
        let name = head.iter().position(|token| is_word(token, "fn"))? + 1;
        let mut angles = Angles::default();
        let at = head.iter().skip(name).position(|token| {
            angles.pass(token);
            angles.outside() && matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis)
        })? + name;
        let TokenTree::Group(parameters) = &head[at] else { return None };
        let rest = &head[at + 1..];
        let ends = |token: &TokenTree| is_word(token, "where") || is_punct(token, ';');
        let end = rest.iter().position(ends).unwrap_or(rest.len());
        let output = match &rest[..end] {
            [minus, head, output @ ..] if is_punct(minus, '-') && is_punct(head, '>') => output,
            _ => &[],
        };
        Some(Signature {
            before: head[..at].to_vec(),
            parameters: parameters.clone(),
            output: output.iter().cloned().collect(),
            after: rest[end..].iter().cloned().collect(),
        })
    }

    fn parameters(&self) -> Punctuated<FnArg, Token![,]> {
        Punctuated::<FnArg, Token![,]>::parse_terminated.parse2(self.parameters.stream()).unwrap_or_default()
    }

    /// The names that parameters have in the body, from the first to the last.
    pub fn names(&self) -> Vec<Name> {
        self.parameters().into_iter().flat_map(names_of).collect()
    }

    /// The function that returns the future that the `async fn` would return.
    ///
    /// The `impl Future<…>` is of our edition, by whose rules the future may borrow from all parameters, as that of an
    /// `async fn` does.
    pub fn handing_over(&self) -> Option<HandsOver> {
        let parse = Punctuated::<FnArg, Token![,]>::parse_terminated;
        let mut handed = Vec::new();
        let mut is_plain = true;
        let mut taken = TokenStream::new();
        let mut parameters = parse.parse2(self.parameters.stream()).ok()?;
        for (at, parameter) in parameters.iter_mut().enumerate() {
            let names = names_of(parameter.clone());
            let FnArg::Typed(typed) = parameter else {
                // It can't be bound anew, and is the last one to be dropped, which what's only captured is.
                for receiver in names {
                    let (cfg, name) = (&receiver.cfg, &receiver.name);
                    taken.extend(quote_spanned!(ours() => #cfg if false { let _ = &#name; }));
                    handed.push(receiver);
                }
                continue;
            };
            let attributes = std::mem::take(&mut typed.attrs);
            typed.attrs = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect();
            let pattern = (*typed.pat).clone();
            let held = match &pattern {
                Pat::Ident(PatIdent { attrs, by_ref: None, ident, subpat: None, .. })
                    if attrs.is_empty() && !ident.to_string().starts_with('_') =>
                {
                    // Of the same name, which docs show, and not the same one: nobody shadows it.
                    let mut held = ident.clone();
                    held.set_span(ident.span().resolved_at(ours()));
                    // Those of a `macro_rules` may be told apart by where they come from alone.
                    if handed.iter().all(|other: &Name| other.held != held) { held } else { numbered(at) }
                }
                _ => numbered(at),
            };
            *typed.pat = Pat::Ident(PatIdent {
                attrs: Vec::new(),
                by_ref: None,
                mutability: None,
                ident: held.clone(),
                subpat: None,
            });
            let is_name = matches!(&pattern, Pat::Ident(PatIdent { by_ref: None, subpat: None, .. }));
            is_plain = is_plain && (is_name || names.is_empty());
            let cfg = cfg(&attributes);
            // As the compiler does it: what a pattern leaves is dropped after what it takes.
            let whole = (!is_name).then(|| quote_spanned!(ours() => #cfg let #held = #held;));
            taken.extend(quote_spanned!(ours() => #whole #(#attributes)* let #pattern = #held;));
            if is_name {
                handed.extend(names.into_iter().map(|name| Name { held: held.clone(), ..name }));
            } else {
                handed.extend(names);
            }
        }
        let output = if self.output.is_empty() { quote_spanned!(ours() => ()) } else { self.output.clone() };
        let mut head: Vec<TokenTree> = self.before.clone();
        let asyncness = head.iter().position(|token| matches!(token, TokenTree::Ident(word) if word == "async"))?;
        head.remove(asyncness);
        let mut group = Group::new(Delimiter::Parenthesis, parameters.to_token_stream());
        group.set_span(self.parameters.span());
        head.push(group.into());
        head.extend(quote_spanned!(ours() => -> impl ::core::future::Future<Output = #output>));
        head.extend(self.after.clone());
        Some(HandsOver { head, handed, is_plain, taken })
    }
}

/// A statement that never runs, and names them all, the last one first; nothing, if there are none.
pub fn named(names: &[Name]) -> TokenStream {
    if names.is_empty() {
        return TokenStream::new();
    }
    let names = names.iter().rev().map(|name| {
        let (used, name) = (name.used(), &name.held);
        quote_spanned!(ours() => #used let _ = &#name;)
    });
    quote_spanned!(ours() => if false { #(#names)* })
}

fn names_of(parameter: FnArg) -> Vec<Name> {
    match parameter {
        FnArg::Receiver(receiver) => {
            let name = Ident::from(receiver.self_token);
            let is_mutable = receiver.mutability.is_some();
            vec![Name { cfg: cfg(&receiver.attrs), held: name.clone(), name, is_mutable }]
        }
        FnArg::Typed(mut typed) => {
            let cfg = cfg(&typed.attrs);
            let mut bound = Bound(Vec::new());
            bound.visit_pat_mut(&mut typed.pat);
            let name =
                |(name, is_mutable): (Ident, bool)| Name { cfg: cfg.clone(), held: name.clone(), name, is_mutable };
            bound.0.into_iter().map(name).collect()
        }
    }
}

fn numbered(at: usize) -> Ident {
    format_ident!("__instrument_parameter_{at}", span = ours())
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

    fn signature(head: &str) -> Option<Signature> {
        let head: Vec<_> = head.parse::<TokenStream>().unwrap_or_default().into_iter().collect();
        Signature::of(&head)
    }

    #[test]
    fn names_are_those_that_the_body_knows() {
        let names = |head: &str| {
            signature(head).map(|it| it.names().iter().map(|name| name.name.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(
            names("pub async fn f<F: Fn(u8)>(&self, mut a: u8, (b, _): (u8, u8), f: F) -> u8").unwrap_or_default(),
            ["self", "a", "b", "f"]
        );
        assert_eq!(names("async fn f(self: Pin<&mut Self>, S { c, .. }: S)").unwrap_or_default(), ["self", "c"]);
        assert_eq!(names("async fn f()"), Some(Vec::new()));
        assert_eq!(names("struct S"), None);
    }

    #[test]
    fn an_async_function_becomes_one_that_returns_its_future() {
        let over = signature("pub async fn f<T>(mut a: u8, (b, _): (T, T), _: u8) -> Vec<T> where T: Copy")
            .and_then(|signature| signature.handing_over())
            .unwrap_or_else(|| panic!("it's a function"));
        let head: TokenStream = over.head.into_iter().collect();
        assert_eq!(
            head.to_string(),
            "pub fn f < T > (a : u8 , __instrument_parameter_1 : (T , T) , __instrument_parameter_2 : u8) -> impl \
             :: core :: future :: Future < Output = Vec < T > > where T : Copy"
        );
        assert_eq!(
            over.taken.to_string(),
            "let mut a = a ; let __instrument_parameter_1 = __instrument_parameter_1 ; let (b , _) = \
             __instrument_parameter_1 ; let __instrument_parameter_2 = __instrument_parameter_2 ; let _ = \
             __instrument_parameter_2 ;"
        );
        assert!(!over.is_plain);
    }
}
