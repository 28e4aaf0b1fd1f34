//! What is counted.

use instrument::timer;
use std::fmt;
use syn::visit::{self, Visit};

/// The items of all files so far.
#[derive(Default)]
pub struct Census {
    files: u64,
    functions: u64,
    types: u64,
    impls: u64,
    traits: u64,
    macros: u64,
    unsafe_blocks: u64,
    pub failed: u64,
}

#[timer]
impl Census {
    pub fn add(&mut self, file: &syn::File) {
        self.files += 1;
        self.visit_file(file);
    }
}

impl<'ast> Visit<'ast> for Census {
    #[timer(sample = 64)]
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.functions += 1;
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.functions += 1;
        visit::visit_impl_item_fn(self, item);
    }

    #[timer]
    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.impls += 1;
        visit::visit_item_impl(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.traits += 1;
        visit::visit_item_trait(self, item);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.types += 1;
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.types += 1;
        visit::visit_item_enum(self, item);
    }

    #[timer(recursion = "fold")]
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        visit::visit_item_mod(self, item);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.macros += 1;
        visit::visit_macro(self, item);
    }

    fn visit_expr_unsafe(&mut self, item: &'ast syn::ExprUnsafe) {
        self.unsafe_blocks += 1;
        visit::visit_expr_unsafe(self, item);
    }
}

impl fmt::Display for Census {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Census { files, functions, types, impls, traits, macros, unsafe_blocks, failed } = self;
        write!(
            f,
            "{files} files: {functions} functions, {types} types, {impls} impls, {traits} traits, {macros} macro calls, \
             {unsafe_blocks} unsafe blocks"
        )?;
        if *failed > 0 { write!(f, "; {failed} files failed") } else { Ok(()) }
    }
}
