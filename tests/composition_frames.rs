//! How much stack a level of recursion takes. `cargo test --release --test composition_frames -- --nocapture` tells, and
//! without `--release` what it takes where nothing is optimised, as in most tests.

use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

type Boxed<'a> = Pin<Box<dyn Future<Output = usize> + 'a>>;

/// With optimisation, and without.
const MOST: usize = if cfg!(debug_assertions) { 1 } else { 0 };

macro_rules! recursions {
    ($($name:ident: $($attribute:ident)*, $most:expr, $most_async:expr;)*) => {
        mod functions {
            $(
                $(#[instrument::$attribute])*
                #[inline(never)]
                pub fn $name(levels: usize, deepest: &mut usize) -> usize {
                    let here = 0_u8;
                    *deepest = (&raw const here).addr();
                    if levels == 0 { 0 } else { super::black_box($name(levels - 1, deepest)) + 1 }
                }
            )*
        }

        mod futures {
            $(
                $(#[instrument::$attribute])*
                pub async fn $name(levels: usize, deepest: &mut usize) -> usize {
                    *deepest = super::place();
                    if levels == 0 {
                        return 0;
                    }
                    let next: super::Boxed<'_> = Box::pin($name(levels - 1, deepest));
                    next.await + 1
                }
            )*
        }

        #[test]
        fn frames_stay_small() {
            $(check(stringify!($name), $most[MOST], |levels, deepest| functions::$name(levels, deepest));)*
        }

        #[test]
        fn frames_of_polls_stay_small() {
            $(check(stringify!($name), $most_async[MOST], |levels, deepest| ready(futures::$name(levels, deepest)));)*
        }
    };
}

/// Where the stack is.
#[inline(never)]
fn place() -> usize {
    let here = 0_u8;
    black_box(&raw const here).addr()
}

fn ready(future: impl Future<Output = usize>) -> usize {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits for nothing"),
    }
}

fn check(name: &str, most: usize, run: impl Fn(usize, &mut usize) -> usize) {
    let deepest = |levels: usize| {
        let mut deepest = 0;
        black_box(run(levels, &mut deepest));
        deepest
    };
    let frame = deepest(10).abs_diff(deepest(60)) / 50;
    println!("{name}: {frame} bytes");
    // A sanitizer makes frames as large as it likes.
    assert!(frame <= most || std::env::var_os("ASAN_OPTIONS").is_some(), "{name}: {frame} bytes");
}

recursions! {
    plain: , [64, 256], [128, 512];
    timed: timer, [96, 512], [384, 1280];
    perf_timed: perf_timer, [112, 512], [384, 1536];
    checked: checkpoints, [192, 512], [448, 1536];
    probed: probe, [96, 512], [256, 1280];
    all_but_print_mem: timer perf_timer checkpoints probe, [256, 1024], [1152, 3072];
}
