//! `components(WallClock, crate::gpu::GpuTime)`: what else a span measures.

use darling::ast::NestedMeta;
use darling::{Error, FromMeta};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Meta, Path};

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
pub struct Components(Vec<Path>);

impl FromMeta for Components {
    fn from_list(items: &[NestedMeta]) -> darling::Result<Self> {
        let mut errors = Error::accumulator();
        let mut paths: Vec<Path> = Vec::new();
        for item in items {
            match item {
                NestedMeta::Meta(Meta::Path(path)) if paths.contains(path) => {
                    let message = format!("`{}` is given twice: keep one of them", path.to_token_stream());
                    errors.push(Error::custom(message).with_span(path));
                }
                NestedMeta::Meta(Meta::Path(path)) => paths.push(path.clone()),
                other => errors.push(wrong(syn::spanned::Spanned::span(other))),
            }
        }
        errors.finish()?;
        match paths.len() {
            1..=8 => Ok(Components(paths)),
            _ => Err(Error::custom("wrong value")),
        }
    }
}

impl Components {
    /// Where to say that the bundle is none: at the user's first type.
    pub fn span(&self) -> Span {
        self.0.first().map_or_else(ours, |path| syn::spanned::Spanned::span(path).resolved_at(ours()))
    }

    /// The bundle as a type.
    pub fn bundle(&self, private: &TokenStream) -> TokenStream {
        let types = self.0.iter().map(|path| match path.get_ident() {
            Some(name) if OURS.iter().any(|known| name == known) => {
                quote_spanned!(ours() => #private::component::#name)
            }
            _ => path.to_token_stream(),
        });
        quote_spanned!(self.span() => (#(#types,)*))
    }
}
