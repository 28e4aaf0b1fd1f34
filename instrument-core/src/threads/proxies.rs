//! Nodes of this thread that stand for other threads' call paths, so that what's attached there hangs below them.
//!
//! Real calls don't find them: what a thread does by itself and what it does for others stay apart, hence own times exact.

use super::cells::Owned;
use crate::base::hash::Quick;
use crate::site::Site;
use crate::tree::node::Node;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ptr;

#[derive(Default)]
pub(crate) struct Proxies(Owned<Inner>);

#[derive(Default)]
struct Inner {
    /// The node asked for last, and its proxy: a task that's polled again asks for the same.
    last: Cell<Option<(&'static Node, &'static Node)>>,
    by_node: RefCell<HashMap<usize, &'static Node, Quick>>,
    /// By the parent's proxy and the site: threads with the same path have one proxy.
    by_path: RefCell<HashMap<(usize, usize), &'static Node, Quick>>,
}

/// Owner only, all of it.
impl Proxies {
    #[inline]
    pub(crate) fn get(
        &self,
        node: &'static Node,
        add: impl FnMut(Option<&'static Node>, &'static Site) -> Option<&'static Node>,
    ) -> Option<&'static Node> {
        let inner = &self.0.0;
        if let Some((known, proxy)) = inner.last.get()
            && ptr::eq(known, node)
        {
            return Some(proxy);
        }
        let known = inner.by_node.borrow().get(&ptr::from_ref(node).addr()).copied();
        let proxy = match known {
            Some(proxy) => proxy,
            None => inner.find_or_add(node, add)?,
        };
        inner.last.set(Some((node, proxy)));
        Some(proxy)
    }
}

impl Inner {
    #[cold]
    fn find_or_add(
        &self,
        node: &'static Node,
        mut add: impl FnMut(Option<&'static Node>, &'static Site) -> Option<&'static Node>,
    ) -> Option<&'static Node> {
        let mut path: Vec<&'static Site> =
            std::iter::successors(Some(node), |node| node.parent()).filter_map(Node::site).collect();
        let mut here = None;
        while let Some(site) = path.pop() {
            let key = (here.map_or(0, |here| ptr::from_ref::<Node>(here).addr()), ptr::from_ref(site).addr());
            let known = self.by_path.borrow().get(&key).copied();
            here = Some(match known {
                Some(proxy) => proxy,
                None => {
                    let proxy = add(here, site)?;
                    self.by_path.borrow_mut().insert(key, proxy);
                    proxy
                }
            });
        }
        self.by_node.borrow_mut().insert(ptr::from_ref(node).addr(), here?);
        here
    }
}
