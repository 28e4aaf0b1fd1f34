//! What a block costs that's counted, and a span that counts blocks: ours beside `hotpath`, with its feature for allocations,
//! and the bare system allocator, taking turns in the same rounds.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml --bin allocations`. All allocators are called by hand, so
//! that they can be in one program. `hotpath` sums up what a function allocates, by function; here it's by call path.
#![expect(unsafe_code, reason = "allocators are called by hand")]

#[path = "../../../overhead/harness.rs"]
mod harness;

use harness::Case;
use instrument::scope;
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;

static OURS: instrument::CountingAllocator = instrument::CountingAllocator::new();
static HOTPATH: hotpath::CountingAllocator = hotpath::CountingAllocator::new();

/// As programs allocate: by a call of what the compiler makes of the global allocator, with its methods inlined there.
#[inline(never)]
unsafe fn alloc(allocator: &impl GlobalAlloc, layout: Layout) -> *mut u8 {
    // SAFETY: the caller's promise is ours.
    unsafe { allocator.alloc(layout) }
}

#[inline(never)]
unsafe fn dealloc(allocator: &impl GlobalAlloc, block: *mut u8, layout: Layout) {
    // SAFETY: the caller's promise is ours.
    unsafe { allocator.dealloc(block, layout) }
}

#[inline(always)]
fn block(allocator: &impl GlobalAlloc, layout: Layout) {
    // SAFETY: the layout isn't empty, and what's freed was just allocated with it.
    unsafe {
        let block = black_box(alloc(allocator, layout));
        dealloc(allocator, block, layout);
    }
}

fn blocks(allocator: &'static impl GlobalAlloc, bytes: usize) -> Box<dyn FnMut(u64)> {
    let layout = Layout::from_size_align(bytes, 8).expect("a small block");
    Box::new(move |calls| (0..calls).for_each(|_| block(allocator, layout)))
}

fn main() {
    // It answers on a port unless told otherwise, and prints to standard output at its end.
    let _hotpath = hotpath::HotpathGuardBuilder::new("peers").output_path("/dev/null").build();
    let case = |name, plain: &'static str, run| Case { name, plain: (!plain.is_empty()).then_some(plain), longer: 1, run };
    let layout = Layout::new::<u64>();
    let figures = harness::measure(
        vec![
            case("8 bytes, the system's", "", blocks(&System, 8)),
            case("8 bytes, instrument", "", blocks(&OURS, 8)),
            case("8 bytes, hotpath", "", blocks(&HOTPATH, 8)),
            case("64 bytes, the system's", "", blocks(&System, 64)),
            case("64 bytes, instrument", "", blocks(&OURS, 64)),
            case("64 bytes, hotpath", "", blocks(&HOTPATH, 64)),
            case(
                "8 bytes in a span, instrument",
                "",
                Box::new(move |calls| {
                    let _span = scope!("blocks");
                    (0..calls).for_each(|_| block(&OURS, layout));
                }),
            ),
            case(
                "8 bytes in a span, hotpath",
                "",
                Box::new(move |calls| {
                    hotpath::measure_block!("blocks", (0..calls).for_each(|_| block(&HOTPATH, layout)));
                }),
            ),
            case("nothing", "", Box::new(|calls| (0..calls).for_each(|call| _ = black_box(call)))),
            case(
                "span, instrument",
                "nothing",
                Box::new(|calls| {
                    for call in 0..calls {
                        let _span = scope!("span");
                        black_box(call);
                    }
                }),
            ),
            case(
                "span, hotpath",
                "nothing",
                Box::new(|calls| {
                    for call in 0..calls {
                        hotpath::measure_block!("span", black_box(call));
                    }
                }),
            ),
            case(
                "span with a block, instrument",
                "8 bytes, the system's",
                Box::new(move |calls| {
                    for _ in 0..calls {
                        let _span = scope!("span with a block");
                        block(&OURS, layout);
                    }
                }),
            ),
            case(
                "span with a block, hotpath",
                "8 bytes, the system's",
                Box::new(move |calls| {
                    for _ in 0..calls {
                        hotpath::measure_block!("span with a block", block(&HOTPATH, layout));
                    }
                }),
            ),
        ],
        harness::ROUNDS,
    );
    let system = |bytes: &str| {
        let name = format!("{bytes} bytes, the system's");
        figures.iter().find(|figure| figure.name == name).map_or(f64::NAN, |figure| figure.median)
    };
    println!("{:<32} {:>9} {:>17} {:>11} {:>12}", "case", "ns/call", "quartiles", "over plain", "× system's");
    for figure in &figures {
        let (low, high) = figure.quartiles;
        let ratio = match figure.name.split_once(" bytes") {
            Some((bytes, _)) => format!("{:.2}", figure.median / system(bytes)),
            None => String::new(),
        };
        println!(
            "{:<32} {:>9.2} {low:>8.2} … {high:>6.2} {:>11.2} {ratio:>12}",
            figure.name, figure.median, figure.over_plain
        );
    }
}
