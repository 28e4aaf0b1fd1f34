//! Nodes of this thread that stand for other threads' call paths, so that what's attached there hangs below them.
//!
//! Real calls don't find them: what a thread does by itself and what it does for others stay apart, hence own times exact.
#![expect(unsafe_code, reason = "proxies are found by pointer")]

use super::cells::Cells;
use crate::base::hash::Quick;
use crate::base::inside::Inside;
use crate::site::Site;
use crate::tree::mine::{Mine, Owned};
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

impl<'l> Mine<'l, Cells> {
    /// What stands for `node`; `add` makes a proxy of a site below another, or below the root.
    #[inline]
    pub(super) fn proxy(
        self,
        node: &'static Node,
        add: impl FnMut(Option<Mine<'l, Node>>, &'static Site) -> Option<Mine<'l, Node>>,
    ) -> Option<Mine<'l, Node>> {
        let inner = self.owned(|cells| &cells.proxies.0);
        if let Some((known, proxy)) = inner.last.get()
            && ptr::eq(known, node)
        {
            return Some(self.kept(proxy));
        }
        let _inside = Inside::enter();
        let known = inner.by_node.borrow().get(&ptr::from_ref(node).addr()).copied();
        let proxy = match known {
            Some(proxy) => self.kept(proxy),
            None => self.find_or_add_proxy(node, add)?,
        };
        inner.last.set(Some((node, proxy.shared())));
        Some(proxy)
    }

    /// A proxy that's found in here.
    #[inline]
    fn kept(self, proxy: &'static Node) -> Mine<'l, Node> {
        // SAFETY: `add` has made it in the tree whose cells these are.
        unsafe { Mine::new(proxy) }
    }

    #[cold]
    fn find_or_add_proxy(
        self,
        node: &'static Node,
        mut add: impl FnMut(Option<Mine<'l, Node>>, &'static Site) -> Option<Mine<'l, Node>>,
    ) -> Option<Mine<'l, Node>> {
        let inner = self.owned(|cells| &cells.proxies.0);
        let mut path: Vec<&'static Site> =
            std::iter::successors(Some(node), |node| node.parent()).filter_map(Node::site).collect();
        let mut here: Option<Mine<'l, Node>> = None;
        while let Some(site) = path.pop() {
            let key = (here.map_or(0, |here| ptr::from_ref(here.shared()).addr()), ptr::from_ref(site).addr());
            let known = inner.by_path.borrow().get(&key).copied();
            here = Some(match known {
                Some(proxy) => self.kept(proxy),
                None => {
                    let proxy = add(here, site)?;
                    inner.by_path.borrow_mut().insert(key, proxy.shared());
                    proxy
                }
            });
        }
        inner.by_node.borrow_mut().insert(ptr::from_ref(node).addr(), here?.shared());
        here
    }
}
