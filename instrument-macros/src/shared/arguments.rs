//! An attribute's arguments: one table drives how they're parsed, what their errors say, and what the docs list.

use darling::Error;
use darling::ast::NestedMeta;
use darling::error::Accumulator;
use proc_macro2::{Ident, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, Meta};

use super::tokens::is_punct;
use super::values::ungrouped;

/// One row: an argument that an attribute takes, for the attribute's arguments of type `A`.
pub struct Argument<A> {
    /// What the user writes before the `=`.
    pub name: &'static str,
    /// What it takes, as in "`sample` takes …".
    pub takes: &'static str,
    /// The words that it takes, if it's a choice among some: the source of "did you mean".
    pub words: &'static [&'static str],
    /// The argument as one would write it.
    pub example: &'static str,
    /// What it does, for the docs.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test that compares the docs with the tables"))]
    pub means: &'static str,
    /// Puts the value where it belongs.
    pub set: fn(&mut A, &Meta) -> darling::Result<()>,
}

/// What an attribute takes.
pub trait Arguments: Default + 'static {
    /// The attribute's name.
    const ATTRIBUTE: &'static str;
    /// The argument that's meant by a bare string, as in `#[timer("name")]`.
    const BARE: Option<&'static str>;
    /// Every argument.
    const TABLE: &'static [Argument<Self>];

    /// Parses what stands in the parentheses. A wrong argument is one more error, and as good as absent.
    fn parse(tokens: TokenStream, errors: &mut Accumulator) -> Self {
        let mut arguments = Self::default();
        let mut seen = Vec::new();
        for piece in split_at_commas(tokens) {
            for piece in Self::split_where_commas_are_missing(piece, errors) {
                errors.handle_in(|| arguments.take(piece, &mut seen));
            }
        }
        arguments
    }

    /// Cuts a piece where another argument begins in it, which is an error.
    fn split_where_commas_are_missing(piece: TokenStream, errors: &mut Accumulator) -> Vec<TokenStream> {
        let tokens: Vec<_> = piece.into_iter().collect();
        let begins = |at: usize| match (tokens.get(at), tokens.get(at + 1)) {
            (Some(TokenTree::Ident(name)), next) => {
                Self::TABLE.iter().any(|row| name == row.name)
                    && next.is_none_or(|next| is_punct(next, '=') || matches!(next, TokenTree::Group(_)))
            }
            _ => false,
        };
        let mut pieces = Vec::new();
        let mut start = 0;
        for at in (1..tokens.len()).filter(|&at| begins(at)) {
            let mut end = at;
            match &tokens[at - 1] {
                // A value that's called as an argument is, or a path to it.
                before if ['=', ':', '>', '<'].into_iter().any(|sign| is_punct(before, sign)) => continue,
                TokenTree::Punct(wrong) => {
                    let message = format!("arguments are separated by commas: write `,` in place of `{wrong}`");
                    errors.push(Error::custom(message).with_span(wrong));
                    end -= 1;
                }
                _ => {
                    let message = format!("a comma is missing before `{}`: write `, {0}`", tokens[at]);
                    errors.push(Error::custom(message).with_span(&tokens[at]));
                }
            }
            pieces.push(tokens[start..end].iter().cloned().collect());
            start = at;
        }
        pieces.push(tokens[start..].iter().cloned().collect());
        pieces
    }

    /// Takes one of the arguments.
    fn take(&mut self, piece: TokenStream, seen: &mut Vec<&'static str>) -> darling::Result<()> {
        let meta = match syn::parse2::<NestedMeta>(piece.clone()) {
            Ok(NestedMeta::Meta(meta)) => meta,
            Ok(NestedMeta::Lit(literal)) => Self::bare(&literal)?,
            Ok(NestedMeta::NameValueInvalidExpr(_)) | Err(_) => return Err(Self::unreadable(piece)),
        };
        let row = Self::row(meta.path(), matches!(meta, Meta::Path(_)))?;
        if seen.contains(&row.name) {
            let message = format!("`{}` is given twice: keep one of them", row.name);
            return Err(Error::custom(message).with_span(&meta));
        }
        seen.push(row.name);
        (row.set)(self, &meta)
            .map_err(|error| row.wrong(error.explicit_span().unwrap_or_else(|| value(&meta)), Some(&meta)))
    }

    /// The row of that name.
    fn row(name: &impl ToTokens, is_a_word: bool) -> darling::Result<&'static Argument<Self>> {
        let text = name.to_token_stream().to_string().replace(' ', "");
        Self::TABLE.iter().find(|row| row.name == text).ok_or_else(|| {
            let what = format!("`{text}` is not an argument of `#[{}]`", Self::ATTRIBUTE);
            let names = Self::TABLE.iter().map(|row| row.name);
            let message = match (nearest(&text, names), Self::BARE) {
                (Some(known), _) => format!("{what}: did you mean `{known}`? It takes {}", names_of::<Self>()),
                (None, Some(bare)) if is_a_word => {
                    format!("{what}: put a `{bare}` in quotes. It takes {}", names_of::<Self>())
                }
                _ => format!("{what}: it takes {}", names_of::<Self>()),
            };
            Error::custom(message).with_span(name)
        })
    }

    /// What follows the name makes no sense, so say what the name takes.
    fn unreadable(piece: TokenStream) -> Error {
        let is_a_word =
            !piece.clone().into_iter().any(|token| matches!(token, TokenTree::Punct(_) | TokenTree::Group(_)));
        match piece.clone().into_iter().next() {
            Some(TokenTree::Ident(name)) => Self::row(&name, is_a_word).map_or_else(
                |error| error,
                |row| row.not_assigned(piece).unwrap_or_else(|| row.wrong(name.span(), None)),
            ),
            _ => Error::custom(format_args!("not an argument: `#[{}]` takes {}", Self::ATTRIBUTE, names_of::<Self>()))
                .with_span(&piece),
        }
    }

    /// `"load"`, for those that take a bare string.
    fn bare(literal: &Lit) -> darling::Result<Meta> {
        let name = Self::BARE.map(|name| Ident::new(name, literal.span()));
        match (name, literal) {
            (Some(name), Lit::Str(_)) => Ok(syn::parse_quote!(#name = #literal)),
            (Some(name), _) => Err(Self::row(&name, false)?.wrong(literal.span(), None)),
            (None, _) => {
                let message = format!(
                    "a value needs the name of its argument: `#[{}]` takes {}",
                    Self::ATTRIBUTE,
                    names_of::<Self>()
                );
                Err(Error::custom(message).with_span(literal))
            }
        }
    }
}

/// Declares an attribute's arguments: one struct, and the table that says all about its fields.
///
/// Each field's doc comment is what the docs say, and `#[argument = …, takes = …, example = …]` is its row.
macro_rules! arguments {
    (
        $(#[$outer:meta])*
        pub struct $Arguments:ident($attribute:literal, bare: $bare:expr) {
            $(
                $(#[doc = $means:literal])+
                #[argument = $name:literal, takes = $takes:literal, example = $example:literal $(, words = $words:expr)?]
                $field:ident: $Value:ty,
            )+
        }
    ) => {
        $(#[$outer])*
        #[derive(Default)]
        pub struct $Arguments {
            $(pub $field: $Value,)+
        }

        impl $crate::shared::arguments::Arguments for $Arguments {
            const ATTRIBUTE: &'static str = $attribute;
            const BARE: Option<&'static str> = $bare;
            const TABLE: &'static [$crate::shared::arguments::Argument<Self>] = &[$(
                $crate::shared::arguments::Argument {
                    name: $name,
                    takes: $takes,
                    words: $crate::shared::arguments::words!($($words)?),
                    example: $example,
                    means: concat!($($means),+),
                    set: |arguments, meta| {
                        arguments.$field = ::darling::FromMeta::from_meta(meta)?;
                        Ok(())
                    },
                },
            )+];
        }
    };
}
pub(crate) use arguments;

/// The words of a choice; none for other arguments.
macro_rules! words {
    () => {
        &[]
    };
    ($words:expr) => {
        $words
    };
}
pub(crate) use words;

impl<A> Argument<A> {
    /// The error that says what this argument takes.
    fn wrong(&self, span: Span, given: Option<&Meta>) -> Error {
        let Self { name, takes, example, .. } = self;
        let hint = given.and_then(|given| self.hint(given)).unwrap_or_default();
        Error::custom(format_args!("`{name}` takes {takes}, as in `{example}`{hint}")).with_span(&span)
    }

    /// What the user may have meant.
    fn hint(&self, given: &Meta) -> Option<String> {
        let Meta::NameValue(pair) = given else { return None };
        let near = |word: &str| nearest(word, self.words.iter().copied()).map(str::to_owned);
        let takes_text = !self.words.is_empty() || self.takes.contains("string");
        match ungrouped(&pair.value) {
            // A word or a name, but for its quotes.
            Expr::Path(path) if takes_text => {
                let word = path.path.get_ident()?.to_string();
                let meant = if self.words.is_empty() { Some(word) } else { near(&word) };
                meant.map(|word| format!("; put it in quotes: \"{word}\""))
            }
            Expr::Lit(ExprLit { lit: Lit::Char(char), .. }) if takes_text => {
                Some(format!("; put it in double quotes: \"{}\"", char.value()))
            }
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if takes_text => {
                near(&text.value()).map(|near| format!("; did you mean \"{near}\"?"))
            }
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. })
                if text.value().parse::<f64>().is_ok() || text.value().parse::<bool>().is_ok() =>
            {
                Some(format!("; write {} without quotes", text.value()))
            }
            _ => None,
        }
    }

    /// The error that says what stands in place of the `=`; `None` if that isn't what's wrong.
    fn not_assigned(&self, piece: TokenStream) -> Option<Error> {
        let Self { name, example, .. } = self;
        if !example.contains('=') {
            return None;
        }
        let mut tokens = piece.into_iter().skip(1).peekable();
        let first = tokens.next()?;
        let mut sign = String::new();
        let mut next = Some(first.clone());
        while let Some(TokenTree::Punct(punct)) = &next {
            sign.push(punct.as_char());
            next = if punct.spacing() == Spacing::Joint { tokens.next() } else { None };
        }
        // `crate: ::renamed` is read as `:::`.
        let message = match (sign.as_str(), &first) {
            (":" | "=>" | "==" | ":=" | "<-" | "->", _) => format!("write `=` in place of `{sign}`, as in `{example}`"),
            ("", TokenTree::Literal(_) | TokenTree::Ident(_)) => {
                format!("a `=` is missing after `{name}`, as in `{example}`")
            }
            _ => return None,
        };
        Some(Error::custom(message).with_span(&first))
    }
}

/// The list of what the attribute takes.
fn names_of<A: Arguments>() -> String {
    let names: Vec<_> = A::TABLE.iter().map(|row| format!("`{}`", row.name)).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// The one of `names` that `name` may be a slip of the pen of, or the start of.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .map(|known| {
            if name.len() > 2 && known.starts_with(name) {
                (1, known)
            } else {
                (strsim::damerau_levenshtein(name, known), known)
            }
        })
        .filter(|&(distance, known)| distance <= 1.max(known.len() / 3))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, known)| known)
}

/// The span that's to blame for a wrong value: the value's, if there is one.
fn value(meta: &Meta) -> Span {
    match meta {
        Meta::NameValue(pair) => pair.value.span(),
        other => other.span(),
    }
}

/// Cuts at the commas, so that a broken argument doesn't hide the errors of those after it.
fn split_at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut pieces = vec![TokenStream::new()];
    for token in tokens {
        match (&token, pieces.last_mut()) {
            (TokenTree::Punct(punct), _) if punct.as_char() == ',' => pieces.push(TokenStream::new()),
            (_, Some(piece)) => piece.extend([token]),
            (_, None) => {}
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the table that the docs have to have.
    fn rows<A: Arguments>() -> Vec<String> {
        let row = |row: &Argument<A>| format!("/// | `{}` | {} |{} |", row.example, row.takes, row.means);
        A::TABLE.iter().map(row).collect()
    }

    #[test]
    fn the_docs_list_exactly_what_the_attributes_take() {
        // There's a table of variables besides.
        let is_argument = |line: &&str| line.starts_with("/// | `") && !line.starts_with("/// | `INSTRUMENT_");
        let listed: Vec<_> = include_str!("../lib.rs").lines().filter(is_argument).map(str::to_owned).collect();
        let mut taken = rows::<crate::timer::Timer>();
        taken.extend(rows::<crate::perf_timer::PerfTimer>());
        taken.extend(rows::<crate::print_mem::PrintMem>());
        taken.extend(rows::<crate::checkpoints::Checkpoints>());
        taken.extend(rows::<crate::probe::Probe>());
        taken.extend(rows::<crate::program::Main>());
        assert_eq!(listed, taken);
    }

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["name", "sample", "recursion", "crate", "skip"];
        for (given, meant) in [("smaple", Some("sample")), ("rec", Some("recursion")), ("label", None), ("x", None)] {
            assert_eq!(nearest(given, names.into_iter()), meant, "{given}");
        }
    }
}
