//! `components(WallClock, crate::gpu::GpuTime)`: what else a span measures.

use darling::FromMeta;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Meta, Token, Type};

use crate::shared::runtime::ours;
use crate::shared::values::wrong;

/// Ours, which need no import. A name alone is always one of ours if it's in here; a path is always the user's.
const OURS: &[&str] = &[
    "WallClock",
    "MonotonicRaw",
    "ThreadCpu",
    "ProcessCpu",
    "UserMode",
    "SystemMode",
    "ThreadCpuUtil",
    "ProcessCpuUtil",
    "PeakRss",
    "PageRss",
    "VirtualMemory",
    "HeapBytes",
    "HeapAllocations",
    "MinorFaults",
    "MajorFaults",
    "VoluntarySwitches",
    "InvoluntarySwitches",
    "BlocksIn",
    "BlocksOut",
    "BytesRead",
    "BytesWritten",
    "CharsRead",
    "CharsWritten",
    "TripCount",
    "IntegerTracker",
    "FloatTracker",
    "Chosen",
    "Instructions",
    "Cycles",
    "CacheMisses",
    "BranchMisses",
    "PageFaults",
    "ContextSwitches",
    "CpuMigrations",
    "TaskClock",
];

/// Types, one to eight: what a bundle takes.
#[derive(Clone)]
pub struct Components(Vec<Type>);

impl FromMeta for Components {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let Meta::List(list) = meta else { return Err(wrong(meta.span())) };
        let types = list.parse_args_with(Punctuated::<Type, Token![,]>::parse_terminated);
        let types: Vec<Type> = types.map_err(|error| wrong(error.span()))?.into_iter().collect();
        if let Some(second) = (1..types.len()).find(|&at| types[..at].contains(&types[at])) {
            return Err(wrong(types[second].span()));
        }
        if (1..=8).contains(&types.len()) { Ok(Components(types)) } else { Err(wrong(list.span())) }
    }
}

impl Components {
    /// Where to say that the bundle is none: at the user's first type.
    pub fn span(&self) -> Span {
        self.0.first().map_or_else(ours, |first| first.span().resolved_at(ours()))
    }

    /// The bundle as a type.
    pub fn bundle(&self, private: &TokenStream) -> TokenStream {
        let types = self.0.iter().map(|of| match name(of) {
            Some(name) if OURS.iter().any(|known| name == known) => {
                quote_spanned!(ours() => #private::component::#name)
            }
            _ => of.to_token_stream(),
        });
        quote_spanned!(self.span() => (#(#types,)*))
    }
}

/// The type's name, if it's nothing but a name.
fn name(of: &Type) -> Option<&Ident> {
    match of {
        Type::Path(path) if path.qself.is_none() => path.path.get_ident(),
        _ => None,
    }
}
