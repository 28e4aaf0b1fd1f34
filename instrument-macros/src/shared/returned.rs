//! Return types that are futures or streams of whatever type, so that a timed one can be returned in their stead.

use proc_macro2::TokenStream;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{GenericArgument, PathArguments, PathSegment, Token, Type, TypeParamBound};

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

/// The type that a future yields, as far as a return type tells: `Output = …` anywhere in it, or what's in a `BoxFuture`.
pub fn future_output(output: &TokenStream) -> Option<Type> {
    struct Find(Option<Type>);

    impl VisitMut for Find {
        fn visit_path_segment_mut(&mut self, segment: &mut PathSegment) {
            if let PathArguments::AngleBracketed(arguments) = &segment.arguments {
                let boxed = segment.ident == "BoxFuture" || segment.ident == "LocalBoxFuture";
                for argument in &arguments.args {
                    match argument {
                        GenericArgument::AssocType(assigned) if assigned.ident == "Output" => {
                            self.0.get_or_insert_with(|| assigned.ty.clone());
                        }
                        GenericArgument::Type(ty) if boxed => {
                            self.0.get_or_insert_with(|| ty.clone());
                        }
                        _ => {}
                    }
                }
            }
            visit_mut::visit_path_segment_mut(self, segment);
        }
    }

    let mut find = Find(None);
    find.visit_type_mut(&mut syn::parse2(output.clone()).ok()?);
    find.0
}
