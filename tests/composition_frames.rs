//! How much stack a level of recursion takes. `cargo test --release --test composition_frames -- --nocapture` tells; without
//! optimisation, frames are the compiler's business.

use std::hint::black_box;

macro_rules! recursions {
    ($($name:ident: $($attribute:ident)*, $most:literal;)*) => {
        $(
            $(#[instrument::$attribute])*
            #[inline(never)]
            fn $name(levels: usize, deepest: &mut usize) -> usize {
                let here = 0_u8;
                *deepest = (&raw const here).addr();
                if levels == 0 { 0 } else { black_box($name(levels - 1, deepest)) + 1 }
            }
        )*

        #[test]
        fn frames_stay_small() {
            $(
                let deepest = |levels: usize| {
                    let mut deepest = 0;
                    black_box($name(levels, &mut deepest));
                    deepest
                };
                // Sanitizers put frames wherever they like.
                let frame = deepest(10).abs_diff(deepest(60)) / 50;
                println!("{}: {frame} bytes", stringify!($name));
                assert!(cfg!(debug_assertions) || frame <= $most, "{}: {frame} bytes", stringify!($name));
            )*
        }
    };
}

recursions! {
    plain: , 64;
    timed: timer, 96;
    perf_timed: perf_timer, 112;
    checked: checkpoints, 192;
    probed: probe, 96;
    all_but_print_mem: timer perf_timer checkpoints probe, 256;
}
