//! What composes besides: boxes made elsewhere that hold whatever they like, attributes by other names, methods in traits.

use instrument::{checkpoints as c, timer as t};
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

fn count(name: &str) -> Option<u64> {
    instrument::snapshot().find(&[name]).map(|node| node.count())
}

type Made<T> = Pin<Box<dyn Future<Output = T>>>;

struct Holder<T>(Vec<Made<T>>);

impl<T> Holder<T> {
    #[t("taken")]
    fn take(&mut self) -> Pin<Box<dyn Future<Output = T>>> {
        self.0.pop().expect("there's one")
    }

    #[instrument::perf_timer(log = quiet)]
    #[t("taken by both")]
    fn take_with_both(&mut self) -> Pin<Box<dyn Future<Output = T>>> {
        self.0.pop().expect("there's one")
    }

    #[t("lent")]
    fn lend<'a>(&'a mut self) -> Pin<Box<dyn Future<Output = T> + 'a>> {
        self.0.pop().expect("there's one")
    }
}

fn quiet(_: &str) {}

#[test]
fn a_box_that_is_handed_on_is_timed_whatever_it_yields() {
    let made = |at: usize| Box::pin(std::future::ready(at)) as Made<usize>;
    let mut holder = Holder(vec![made(1), made(2), made(3)]);
    assert_eq!((block_on(holder.take()), block_on(holder.take_with_both()), block_on(holder.lend())), (3, 2, 1));
    assert_eq!((count("taken"), count("taken by both"), count("lent")), (Some(1), Some(1), Some(1)));
}

#[t]
#[c]
fn by_other_names(n: u8) -> u8 {
    let m = n + 1;
    m.max(1)
}

#[c]
#[doc(hidden)]
#[t]
async fn async_by_other_names(n: u8) -> u8 {
    let m = std::future::ready(n).await + 1;
    m.max(1)
}

#[test]
fn attributes_are_known_by_whatever_name() {
    assert_eq!((by_other_names(1), block_on(async_by_other_names(1))), (2, 2));
    let report = instrument::report().width(200).to_string();
    for name in ["by_other_names", "async_by_other_names"] {
        assert_eq!(count(name), Some(1));
        let row = report.lines().filter(|line| line.starts_with(&format!("{name} "))).find(|line| line.contains(": "));
        assert!(row.is_some_and(|row| row.contains(": let m =") || row.contains(": m.max(1)")), "{report}");
    }
    assert!(!report.contains("__INSTR"), "{report}");
}

trait Shape {
    async fn area(&self, scale: u32) -> u32;
    #[t]
    #[c]
    async fn twice(&self, scale: u32) -> u32 {
        let once = self.area(scale).await;
        once * 2
    }
}

struct Square<'a>(&'a u32);

impl Shape for Square<'_> {
    #[instrument::probe]
    #[instrument::print_mem]
    #[t]
    async fn area(&self, scale: u32) -> u32 {
        if scale == 0 { 0 } else { scale * Box::pin(self.area(scale - 1)).await.max(*self.0) }
    }
}

#[test]
fn methods_of_traits_compose_and_recurse() {
    assert_eq!(block_on(Square(&3).twice(2)), 12);
    assert_eq!(count("Shape::twice"), Some(1));
}

#[async_trait::async_trait]
trait Store {
    async fn load(&self, key: u32) -> u32;
    async fn sum(&self, keys: Vec<u32>) -> u32;
}

struct Table;

/// On the block, above the macro that boxes each method: what's on a method is one expansion with it all the same.
#[t]
#[async_trait::async_trait]
impl Store for Table {
    #[c]
    async fn load(&self, key: u32) -> u32 {
        let found = std::future::ready(key).await;
        found + 1
    }

    #[instrument::perf_timer("Table::sum", log = quiet)]
    #[instrument::probe]
    #[c]
    async fn sum(&self, keys: Vec<u32>) -> u32 {
        let mut sum = 0;
        for key in keys {
            sum += self.load(key).await;
        }
        sum
    }
}

#[test]
fn a_block_above_a_macro_that_boxes_composes_with_what_is_on_its_methods() {
    assert_eq!(block_on(Table.sum(vec![1, 2, 3])), 9);
    assert_eq!(count("Table::sum"), Some(1));
    let snapshot = instrument::snapshot();
    let load = snapshot.find(&["Table::sum", "Table::load"]).expect("within");
    assert_eq!((load.count(), load.is_async()), (3, true));
    let report = instrument::report().width(200).to_string();
    let lines = |name: &str| {
        let mut rows = report.lines().skip_while(|line| !line.starts_with("Checkpoints"));
        rows.find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no lines of {name}: {report}")).to_owned()
    };
    assert!(lines("Table::load").contains(": let found =") || lines("Table::load").contains(": found + 1"), "{report}");
    let sum = lines("Table::sum");
    assert!(sum.contains(": for key in keys") || sum.contains(": sum += "), "{report}");
}
