//! Attributes before every function of a file, as edits of its text: no line moves.

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{AttrStyle, Attribute, ImplItem, ImplItemFn, ItemFn, ItemImpl, ItemTrait, Signature, TraitItem, TraitItemFn};

use crate::stacks::{Place, Stack};

/// The annotated text, and how many functions have the attributes, be it by those of their block.
pub(crate) fn annotate(source: &str, stack: &Stack, krate: &str) -> Result<(String, usize), syn::Error> {
    let file = syn::parse_file(source)?;
    let mut found = Found { stack, places: Vec::new(), functions: 0, block: false };
    found.visit_file(&file);
    let attributes: String = stack.attributes.iter().map(|name| format!("#[{krate}::{name}] ")).collect();
    // What the parser leaves out ahead of the first token isn't counted in its positions.
    let byte_order_mark = source.len() - source.strip_prefix('\u{feff}').unwrap_or(source).len();
    let mut text = source.to_owned();
    found.places.sort_unstable();
    for place in found.places.into_iter().rev() {
        text.insert_str(place + byte_order_mark, &attributes);
    }
    Ok((text, found.functions))
}

struct Found<'stack> {
    stack: &'stack Stack,
    /// Where the attributes go, in bytes.
    places: Vec<usize>,
    functions: usize,
    /// Whether the block around has the attributes.
    block: bool,
}

impl Found<'_> {
    fn function(&mut self, attributes: &[Attribute], signature: &Signature, item: &impl ToTokens) {
        if !can_be_measured(attributes, signature) {
            return;
        }
        self.functions += 1;
        if !self.block {
            self.item(attributes, item);
        }
    }

    fn item(&mut self, attributes: &[Attribute], item: &impl ToTokens) {
        let outer = attributes.iter().filter(|attribute| matches!(attribute.style, AttrStyle::Outer)).count();
        // An attribute is a `#` and a group.
        let skipped = match self.stack.place {
            Place::First => 0,
            Place::Last => 2 * outer,
        };
        let first: Option<TokenTree> = item.to_token_stream().into_iter().nth(skipped);
        self.places.extend(first.map(|token| token.span().byte_range().start));
    }

    /// Goes into a block, which takes the attributes for its functions if the stack is for blocks.
    fn block(
        &mut self,
        attributes: &[Attribute],
        item: &impl ToTokens,
        holds_some: bool,
        visit: impl FnOnce(&mut Self),
    ) {
        let before = self.block;
        self.block = self.stack.blocks && holds_some;
        if self.block {
            self.item(attributes, item);
        }
        visit(self);
        self.block = before;
    }

    /// What's within a function isn't reached by the attributes of a block around it.
    fn body(&mut self, visit: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.block, false);
        visit(self);
        self.block = before;
    }
}

impl<'ast> Visit<'ast> for Found<'_> {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.function(&item.attrs, &item.sig, item);
        self.body(|found| visit::visit_item_fn(found, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.function(&item.attrs, &item.sig, item);
        self.body(|found| visit::visit_impl_item_fn(found, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if item.default.is_some() {
            self.function(&item.attrs, &item.sig, item);
        }
        self.body(|found| visit::visit_trait_item_fn(found, item));
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let holds_some = item.items.iter().any(|inner| match inner {
            ImplItem::Fn(function) => can_be_measured(&function.attrs, &function.sig),
            _ => false,
        });
        self.block(&item.attrs, item, holds_some, |found| visit::visit_item_impl(found, item));
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        let holds_some = item.items.iter().any(|inner| match inner {
            TraitItem::Fn(function) => function.default.is_some() && can_be_measured(&function.attrs, &function.sig),
            _ => false,
        });
        self.block(&item.attrs, item, holds_some, |found| visit::visit_item_trait(found, item));
    }
}

/// Whether an attribute of ours is allowed there.
fn can_be_measured(attributes: &[Attribute], signature: &Signature) -> bool {
    let is_naked = |attribute: &Attribute| {
        let mut words = attribute.meta.to_token_stream().into_iter().flat_map(|token| match token {
            TokenTree::Group(group) => group.stream().into_iter().collect(),
            token => vec![token],
        });
        words.any(|word| matches!(word, TokenTree::Ident(word) if word == "naked"))
    };
    signature.constness.is_none() && !attributes.iter().any(is_naked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stacks::STACKS;

    fn annotated(stack: &str, source: &str) -> (String, usize) {
        let known = STACKS.iter().find(|known| known.name == stack).copied();
        let stack = known.unwrap_or_else(|| panic!("no stack `{stack}`"));
        annotate(source, &stack, "::i").unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn every_function_that_can_be_measured_is_annotated_on_its_line() {
        let source = "\
/// Docs.
#[inline]
pub(crate) async unsafe fn a() { fn b() {} }
const fn c() { fn d() {} }
trait T { fn e(); fn f() {} }
macro_rules! m { () => { fn g() {} } }
#[unsafe(naked)] extern \"C\" fn h() {}
unsafe extern \"C\" { fn i(); }
#[test] fn j() { let _ = || { impl S { fn k(&self) {} } }; }
";
        let expected = "\
/// Docs.
#[inline]
#[::i::timer] pub(crate) async unsafe fn a() { #[::i::timer] fn b() {} }
const fn c() { #[::i::timer] fn d() {} }
trait T { fn e(); #[::i::timer] fn f() {} }
macro_rules! m { () => { fn g() {} } }
#[unsafe(naked)] extern \"C\" fn h() {}
unsafe extern \"C\" { fn i(); }
#[test] #[::i::timer] fn j() { let _ = || { impl S { #[::i::timer] fn k(&self) {} } }; }
";
        assert_eq!(annotated("timer", source), (expected.to_owned(), 6));
    }

    #[test]
    fn attributes_stand_above_others_or_below() {
        let (above, _) = annotated("above", "/// é\n#[inline]\nfn a() {}");
        assert!(
            above.starts_with("#[::i::timer] #[::i::perf_timer]") && above.ends_with("/// é\n#[inline]\nfn a() {}")
        );
        let (below, _) = annotated("reversed", "/// é\n#[inline]\nfn a() {}");
        assert!(below.starts_with("/// é\n#[inline]\n#[::i::probe] #[::i::checkpoints]"), "{below}");
    }

    #[test]
    fn a_block_has_them_in_place_of_its_functions() {
        let source =
            "#[cfg(x)] unsafe impl S { fn a() { fn b() {} } const fn c() {} } impl S { const fn d() {} } fn e() {}";
        let expected = "#[cfg(x)] #[::i::timer] unsafe impl S { fn a() { #[::i::timer] fn b() {} } const fn c() {} } \
            impl S { const fn d() {} } #[::i::timer] fn e() {}";
        assert_eq!(annotated("blocks", source), (expected.to_owned(), 3));
    }

    #[test]
    fn a_byte_order_mark_moves_nothing() {
        assert_eq!(annotated("timer", "\u{feff}fn a() {}").0, "\u{feff}#[::i::timer] fn a() {}");
    }
}
