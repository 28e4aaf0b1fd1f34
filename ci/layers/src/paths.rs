//! The paths that a file names: imports, inline paths, those in macros and attributes, macros by name.

use crate::modules::{Module, needs_test, plain};
use crate::resolve::House;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::iter::Peekable;
use std::vec::IntoIter;

/// A path of this crate, and where it is.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) line: usize,
    /// The module that it's in.
    pub(crate) within: Vec<String>,
    /// As it's written, from `crate`, `self` or `super` on; or a macro's name alone.
    pub(crate) path: Vec<String>,
    pub(crate) is_macro: bool,
    /// `…::*`
    pub(crate) is_glob: bool,
}

/// All that a module's file names of its own crate, tests left out.
pub(crate) fn named(module: &Module, house: &House<'_>) -> Vec<Named> {
    // It has been parsed before.
    let tokens: TokenStream = module.source.parse().unwrap_or_default();
    let mut finder = Finder { house, found: Vec::new() };
    finder.tokens(tokens, &module.path);
    finder.found
}

struct Finder<'a> {
    house: &'a House<'a>,
    found: Vec<Named>,
}

type Tokens = Peekable<IntoIter<TokenTree>>;

impl Finder<'_> {
    fn tokens(&mut self, tokens: TokenStream, within: &[String]) {
        let mut tokens = tokens.into_iter().collect::<Vec<_>>().into_iter().peekable();
        // Whether what comes next goes on with a path that began before.
        let mut goes_on = false;
        while let Some(token) = tokens.next() {
            let after_colons = std::mem::take(&mut goes_on);
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    if is_punct(tokens.peek(), '!') {
                        tokens.next();
                    }
                    let Some(TokenTree::Group(group)) = tokens.peek() else { continue };
                    if group.delimiter() != Delimiter::Bracket {
                        continue;
                    }
                    let attribute = group.stream();
                    tokens.next();
                    if is_for_tests(&attribute) {
                        skip_item(&mut tokens);
                    } else {
                        self.attribute(attribute, within);
                    }
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && is_punct(tokens.peek(), ':') => {
                    tokens.next();
                    goes_on = true;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
                TokenTree::Group(group) => self.tokens(group.stream(), within),
                TokenTree::Ident(ident) => {
                    let line = ident.span().start().line;
                    let name = plain(&ident.to_string());
                    match name.as_str() {
                        "use" if !is_punct(tokens.peek(), '<') => self.import(&mut tokens, within),
                        "mod" => {
                            let Some(TokenTree::Ident(module)) = tokens.next() else { continue };
                            if let Some(TokenTree::Group(group)) = tokens.peek() {
                                let inner: Vec<String> =
                                    within.iter().cloned().chain([plain(&module.to_string())]).collect();
                                let group = group.stream();
                                tokens.next();
                                self.tokens(group, &inner);
                            }
                        }
                        _ if !after_colons && self.house.begins_path(within, &name) => {
                            let mut path = vec![self.house.begin(&name)];
                            while let Some(next) = next_segment(&mut tokens) {
                                path.push(next);
                            }
                            if path.len() > 1 {
                                self.push(line, within, path, false);
                            }
                        }
                        _ if !after_colons && is_punct(tokens.peek(), '!') => {
                            let mut ahead = tokens.clone();
                            ahead.next();
                            if matches!(ahead.peek(), Some(TokenTree::Group(_))) {
                                self.found.push(Named {
                                    line,
                                    within: within.to_vec(),
                                    path: vec![name],
                                    is_macro: true,
                                    is_glob: false,
                                });
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// Strings in attributes may be paths, as in `#[serde(with = "crate::a::b")]`.
    fn attribute(&mut self, tokens: TokenStream, within: &[String]) {
        let begins = |text: &str| ["crate::", "self::", "super::"].iter().any(|begin| text.starts_with(begin));
        for token in tokens.clone() {
            match token {
                TokenTree::Group(group) => self.attribute(group.stream(), within),
                TokenTree::Literal(literal) => {
                    let (text, line) = (literal.to_string(), literal.span().start().line);
                    let text = text.trim_matches('"');
                    let is_path = begins(text) && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ':');
                    if is_path {
                        self.push(line, within, text.split("::").map(str::to_owned).collect(), false);
                    }
                }
                _ => {}
            }
        }
        self.tokens(tokens, within);
    }

    /// The rest of a `use` item.
    fn import(&mut self, tokens: &mut Tokens, within: &[String]) {
        let tree: Vec<TokenTree> =
            tokens.by_ref().take_while(|token| !matches!(token, TokenTree::Punct(p) if p.as_char() == ';')).collect();
        self.tree(tree, Vec::new(), within);
    }

    /// A tree of imports below `prefix`.
    fn tree(&mut self, tokens: Vec<TokenTree>, prefix: Vec<String>, within: &[String]) {
        let mut branches: Vec<Vec<TokenTree>> = vec![Vec::new()];
        for token in tokens {
            match &token {
                TokenTree::Punct(punct) if punct.as_char() == ',' => branches.push(Vec::new()),
                _ => branches.last_mut().into_iter().for_each(|branch| branch.push(token.clone())),
            }
        }
        for branch in branches {
            let mut path = prefix.clone();
            let (mut line, mut inner, mut is_glob) = (0, None, false);
            for token in branch {
                match token {
                    TokenTree::Ident(ident) if ident == "as" => break,
                    TokenTree::Ident(ident) => {
                        line = ident.span().start().line;
                        let name = plain(&ident.to_string());
                        // `a::{self}` is `a`.
                        if path.is_empty() || name != "self" {
                            path.push(name);
                        }
                    }
                    TokenTree::Group(group) => inner = Some(group.stream()),
                    TokenTree::Punct(punct) if punct.as_char() == '*' => {
                        is_glob = true;
                        line = punct.span().start().line;
                    }
                    TokenTree::Punct(_) | TokenTree::Literal(_) => {}
                }
            }
            match inner {
                Some(inner) => self.tree(inner.into_iter().collect(), path, within),
                None if line > 0 => {
                    let begins = path.first().is_some_and(|first| self.house.begins_path(within, first));
                    if begins {
                        path[0] = self.house.begin(&path[0]);
                        self.push(line, within, path, is_glob);
                    }
                }
                None => {}
            }
        }
    }

    fn push(&mut self, line: usize, within: &[String], path: Vec<String>, is_glob: bool) {
        self.found.push(Named { line, within: within.to_vec(), path, is_macro: false, is_glob });
    }
}

fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

/// The name after `::`, if that's what comes next.
fn next_segment(tokens: &mut Tokens) -> Option<String> {
    let mut ahead = tokens.clone();
    if !is_punct(ahead.next().as_ref(), ':') || !is_punct(ahead.next().as_ref(), ':') {
        return None;
    }
    let Some(TokenTree::Ident(name)) = ahead.next() else { return None };
    *tokens = ahead;
    Some(plain(&name.to_string()))
}

fn is_for_tests(attribute: &TokenStream) -> bool {
    let mut tokens = attribute.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(name)), Some(TokenTree::Group(group))) if name == "cfg" => {
            syn::parse2(group.stream()).is_ok_and(|meta| needs_test(&meta))
        }
        _ => false,
    }
}

/// Leaves out what an attribute belongs to: an item, a statement, a field or an arm.
fn skip_item(tokens: &mut Tokens) {
    const ITEMS: [&str; 14] = [
        "fn", "impl", "struct", "enum", "mod", "trait", "unsafe", "async", "const", "static", "type", "use", "let",
        "pub",
    ];
    let mut is_item = false;
    let mut is_import = false;
    for token in tokens.by_ref() {
        match token {
            TokenTree::Ident(ident) => {
                is_item |= ITEMS.iter().any(|item| ident == item);
                is_import |= ident == "use";
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' || (punct.as_char() == ',' && !is_item) => return,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && !is_import => return,
            _ => {}
        }
    }
}
