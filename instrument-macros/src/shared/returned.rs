//! Return types that are futures or streams of whatever type, so that a timed one can be returned in their stead.

use proc_macro2::TokenStream;
use syn::punctuated::Punctuated;
use syn::{GenericArgument, PathArguments, Token, Type, TypeParamBound};

/// `impl Future`, `Pin<Box<dyn Future>>`, and the same with streams.
pub struct Returned {
    pub is_boxed: bool,
    pub is_future: bool,
}

impl Returned {
    /// `None` if it's another type, be it one that implements `Future`.
    pub fn of(output: &TokenStream) -> Option<Self> {
        match syn::parse2::<Type>(output.clone()).ok()? {
            Type::ImplTrait(opaque) => Some(Returned { is_boxed: false, is_future: is_future(&opaque.bounds)? }),
            Type::Path(path) => {
                let name = path.path.segments.last()?;
                let is_future = match name.ident.to_string().as_str() {
                    "BoxFuture" | "LocalBoxFuture" => true,
                    "BoxStream" | "LocalBoxStream" => false,
                    "Pin" => {
                        let Type::Path(boxed) = only_argument(&name.arguments)? else { return None };
                        let boxed = boxed.path.segments.last().filter(|boxed| boxed.ident == "Box")?;
                        let Type::TraitObject(object) = only_argument(&boxed.arguments)? else { return None };
                        is_future(&object.bounds)?
                    }
                    _ => return None,
                };
                Some(Returned { is_boxed: true, is_future })
            }
            _ => None,
        }
    }
}

fn only_argument(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// Whether the bounds are a future's; `None` if they're neither that nor a stream's, or ask for more than we have.
fn is_future(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<bool> {
    let traits = bounds.iter().filter_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    });
    let mut answer = None;
    for name in traits {
        match name.as_str() {
            "Future" => answer = Some(true),
            "Stream" => answer = Some(false),
            "Send" | "Sync" | "Unpin" | "UnwindSafe" => {}
            _ => return None,
        }
    }
    answer
}
