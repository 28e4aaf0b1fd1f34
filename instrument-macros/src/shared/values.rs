//! The kinds of values that arguments take.
//!
//! Each says no more than *that* a value is wrong, and where; what to write instead is in the argument's row of the table.

use darling::ast::NestedMeta;
use darling::{Error, FromMeta};
use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{Expr, ExprUnary, Lit, LitStr, Meta, Path, UnOp};

/// A string that isn't empty.
#[derive(Clone)]
pub struct Text(pub LitStr);

impl FromMeta for Text {
    fn from_value(value: &Lit) -> darling::Result<Self> {
        match value {
            Lit::Str(text) if !text.value().is_empty() => Ok(Text(text.clone())),
            _ => Err(wrong(value.span())),
        }
    }
}

/// An integer of at least 1.
#[derive(Clone, Copy, PartialEq)]
pub struct AtLeastOne<Integer>(pub Integer);

impl<Integer: core::str::FromStr<Err: core::fmt::Display> + Default + PartialEq> FromMeta for AtLeastOne<Integer> {
    fn from_value(value: &Lit) -> darling::Result<Self> {
        match value {
            Lit::Int(integer) if integer.suffix().is_empty() => integer
                .base10_parse()
                .ok()
                .filter(|integer| *integer != Integer::default())
                .map(AtLeastOne)
                .ok_or_else(|| wrong(value.span())),
            _ => Err(wrong(value.span())),
        }
    }
}

/// An integer of at least 0.
#[derive(Clone, Copy)]
pub struct Whole(pub u64);

impl FromMeta for Whole {
    fn from_value(value: &Lit) -> darling::Result<Self> {
        match value {
            Lit::Int(integer) if integer.suffix().is_empty() => {
                integer.base10_parse().map(Whole).map_err(|_| wrong(value.span()))
            }
            _ => Err(wrong(value.span())),
        }
    }
}

/// `true` or `false`.
#[derive(Clone, Copy)]
pub struct Truth(pub bool);

impl FromMeta for Truth {
    fn from_value(value: &Lit) -> darling::Result<Self> {
        match value {
            Lit::Bool(truth) => Ok(Truth(truth.value)),
            _ => Err(wrong(value.span())),
        }
    }
}

/// A word that's there or not, without a value.
#[derive(Clone, Copy, Default)]
pub struct Flag(Option<Span>);

impl Flag {
    pub fn is_present(self) -> bool {
        self.0.is_some()
    }

    /// Where it is.
    pub fn span(self) -> Span {
        self.0.unwrap_or_else(Span::call_site)
    }
}

impl FromMeta for Flag {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        match meta {
            Meta::Path(path) => Ok(Flag(Some(path.span()))),
            Meta::NameValue(pair) => Err(wrong(pair.value.span())),
            Meta::List(list) => Err(wrong(list.span())),
        }
    }
}

/// A path without generics, as `crate = path` takes it.
#[derive(Clone)]
pub struct PlainPath(pub Path);

impl FromMeta for PlainPath {
    fn from_expr(value: &Expr) -> darling::Result<Self> {
        match ungrouped(value) {
            Expr::Path(path)
                if path.qself.is_none() && path.path.segments.iter().all(|part| part.arguments.is_none()) =>
            {
                Ok(PlainPath(path.path.clone()))
            }
            _ => Err(wrong(value.span())),
        }
    }
}

/// Names in parentheses, at least one.
#[derive(Clone)]
pub struct Names(pub Vec<Ident>);

impl FromMeta for Names {
    fn from_list(items: &[NestedMeta]) -> darling::Result<Self> {
        let name = |item: &NestedMeta| match item {
            NestedMeta::Meta(Meta::Path(path)) => path.get_ident().cloned().ok_or_else(|| wrong(path.span())),
            other => Err(wrong(other.span())),
        };
        let names = items.iter().map(name).collect::<darling::Result<Vec<_>>>()?;
        if names.is_empty() { Err(Error::custom("wrong value")) } else { Ok(Names(names)) }
    }
}

/// A path to a function, with generics if need be.
#[derive(Clone)]
pub struct FunctionPath(pub syn::ExprPath);

impl FromMeta for FunctionPath {
    fn from_expr(value: &Expr) -> darling::Result<Self> {
        match ungrouped(value) {
            Expr::Path(path) => Ok(FunctionPath(path.clone())),
            _ => Err(wrong(value.span())),
        }
    }
}

/// Numbers within 0 and 1, each above the one before.
#[derive(Clone)]
pub struct Quantiles {
    pub values: Vec<f64>,
    pub span: Span,
}

impl FromMeta for Quantiles {
    fn from_expr(value: &Expr) -> darling::Result<Self> {
        let Expr::Array(list) = ungrouped(value) else { return Err(wrong(value.span())) };
        let mut values = Vec::with_capacity(list.elems.len());
        for element in &list.elems {
            let quantile = number(element).filter(|quantile| (0.0..=1.0).contains(quantile));
            let above_the_last = |quantile: &f64| values.last().is_none_or(|last| last < quantile);
            values.push(quantile.filter(above_the_last).ok_or_else(|| wrong(element.span()))?);
        }
        if values.is_empty() { Err(wrong(value.span())) } else { Ok(Quantiles { values, span: value.span() }) }
    }
}

fn number(value: &Expr) -> Option<f64> {
    match ungrouped(value) {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Float(number) => number.base10_parse().ok(),
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => number(expr).map(|number| -number),
        _ => None,
    }
}

/// What a `macro_rules` passes on comes in invisible brackets.
pub fn ungrouped(value: &Expr) -> &Expr {
    match value {
        Expr::Group(group) => ungrouped(&group.expr),
        other => other,
    }
}

/// That it's wrong, and where. The message is made from the argument's row.
pub fn wrong(span: Span) -> Error {
    Error::custom("wrong value").with_span(&span)
}

/// Declares an argument that's a choice among some words.
macro_rules! choice {
    (
        $(#[$outer:meta])*
        pub enum $Choice:ident { $($(#[$attribute:meta])* $Variant:ident = $word:literal,)+ }
    ) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Default, PartialEq)]
        pub enum $Choice { $($(#[$attribute])* $Variant,)+ }

        impl $Choice {
            /// What the user can write.
            pub const WORDS: &[&str] = &[$($word),+];
        }

        impl ::darling::FromMeta for $Choice {
            fn from_string(word: &str) -> ::darling::Result<Self> {
                match word {
                    $($word => Ok($Choice::$Variant),)+
                    _ => Err(::darling::Error::unknown_value(word)),
                }
            }
        }
    };
}
pub(crate) use choice;
