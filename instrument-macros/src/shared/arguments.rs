//! An attribute's arguments: one table drives how they're parsed, what their errors say, and what the docs list.

use darling::ast::NestedMeta;
use darling::error::Accumulator;
use darling::{Error, FromMeta};
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Lit, LitStr, Meta};

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
            errors.handle_in(|| arguments.take(piece, &mut seen));
        }
        arguments
    }

    /// Takes one of the arguments.
    fn take(&mut self, piece: TokenStream, seen: &mut Vec<&'static str>) -> darling::Result<()> {
        let span = piece.span();
        let meta = match syn::parse2::<NestedMeta>(piece.clone()) {
            Ok(NestedMeta::Meta(meta)) => meta,
            Ok(NestedMeta::Lit(literal)) => Self::bare(&literal)?,
            // What follows the name can't be read: say what the name takes.
            Ok(NestedMeta::NameValueInvalidExpr(_)) | Err(_) => match piece.into_iter().next() {
                Some(TokenTree::Ident(name)) => {
                    return Err(Self::row(&name.to_string(), name.span())?.wrong(span, None));
                }
                _ => return Err(Error::custom(takes::<Self>("not an argument")).with_span(&span)),
            },
        };
        let name = meta.path().require_ident().map(ToString::to_string).unwrap_or_default();
        let row = Self::row(&name, meta.path().span())?;
        if seen.contains(&row.name) {
            let message = format!("`{}` is given twice: keep one of them", row.name);
            return Err(Error::custom(message).with_span(&meta));
        }
        seen.push(row.name);
        (row.set)(self, &meta)
            .map_err(|error| row.wrong(error.explicit_span().unwrap_or_else(|| value(&meta)), Some(&meta)))
    }

    /// The row of that name.
    fn row(name: &str, span: Span) -> darling::Result<&'static Argument<Self>> {
        Self::TABLE.iter().find(|row| row.name == name).ok_or_else(|| {
            let known = nearest(name, Self::TABLE.iter().map(|row| row.name));
            let what = known.map_or_else(
                || format!("`{name}` is not an argument of `#[{}]`", Self::ATTRIBUTE),
                |known| format!("`{name}` is not an argument of `#[{}]`: did you mean `{known}`?", Self::ATTRIBUTE),
            );
            Error::custom(takes::<Self>(&what)).with_span(&span)
        })
    }

    /// `"load"`, for those that take a bare string.
    fn bare(literal: &Lit) -> darling::Result<Meta> {
        match (Self::BARE, literal) {
            (Some(name), Lit::Str(_)) => {
                let name = proc_macro2::Ident::new(name, literal.span());
                Ok(syn::parse_quote!(#name = #literal))
            }
            (Some(name), _) => Err(Self::row(name, literal.span())?.wrong(literal.span(), None)),
            (None, _) => Err(Error::custom(takes::<Self>("a value needs the name of its argument")).with_span(literal)),
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
        let near = given.and_then(word).and_then(|word| nearest(&word, self.words.iter().copied()));
        let hint = near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
        Error::custom(format_args!("`{name}` takes {takes}, as in `{example}`{hint}")).with_span(&span)
    }
}

/// `what`, and the list of what the attribute takes.
fn takes<A: Arguments>(what: &str) -> String {
    let names: Vec<_> = A::TABLE.iter().map(|row| format!("`{}`", row.name)).collect();
    let end = if what.ends_with('?') { " It takes" } else { "; it takes" };
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{what}{end} {} and {last}", rest.join(", ")),
        Some((last, _)) => format!("{what}{end} {last}"),
        None => what.to_owned(),
    }
}

/// The one of `names` that `name` may be a slip of the pen of.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
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

fn word(meta: &Meta) -> Option<String> {
    match meta {
        Meta::NameValue(pair) => LitStr::from_expr(&pair.value).ok().map(|word| word.value()),
        _ => None,
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
