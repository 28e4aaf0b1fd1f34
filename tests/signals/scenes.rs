//! Programs that are sent signals. Each says `ready` when it's ready for one.
#![expect(unsafe_code, reason = "handles signals and forks, as programs do")]

use instrument::{PerfTimer, snapshot, timer};
use signal_hook::consts::{SIGINT, SIGTERM};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

static TIMED: PerfTimer = PerfTimer::new("timed");

#[timer]
fn work() {
    TIMED.time(|| std::hint::black_box(1));
}

fn ready() {
    work();
    println!("ready");
}

fn for_ever() -> ! {
    loop {
        thread::sleep(Duration::from_secs(60));
    }
}

/// No handler of its own; threads record and read all the time.
pub mod busy {
    #[instrument::main(signals)]
    pub fn main() {
        for _ in 0..2 {
            super::thread::spawn(|| {
                loop {
                    super::work();
                }
            });
        }
        super::thread::spawn(|| {
            loop {
                std::hint::black_box(super::snapshot());
            }
        });
        super::ready();
        super::for_ever();
    }
}

/// Asked for by the environment, if at all.
pub mod by_the_environment {
    #[instrument::main]
    pub fn main() {
        super::ready();
        super::for_ever();
    }
}

pub fn without_main() {
    ready();
    for_ever();
}

pub mod tokio_alone {
    #[instrument::main(signals)]
    #[tokio::main(worker_threads = 2)]
    pub async fn main() {
        tokio::spawn(async {
            loop {
                super::work();
                tokio::task::yield_now().await;
            }
        });
        super::ready();
        std::future::pending::<()>().await;
    }
}

/// Waits for signals by a registry of its own, which comes later than ours.
pub mod tokio_waits {
    use tokio::signal::unix::{SignalKind, signal};

    #[instrument::main(signals)]
    #[tokio::main(worker_threads = 2)]
    pub async fn main() {
        let (mut interrupted, mut terminated) =
            (signal(SignalKind::interrupt()).expect("handled"), signal(SignalKind::terminate()).expect("handled"));
        super::ready();
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
        // What's done at the end is in the report.
        super::last_work();
    }
}

#[timer]
fn last_work() {}

fn flags() -> Arc<AtomicBool> {
    let flag = Arc::<AtomicBool>::default();
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&flag)).expect("handled");
    }
    flag
}

fn until(flag: &AtomicBool) {
    while !flag.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(1));
    }
    last_work();
}

/// The scene's handler is there before ours.
pub fn flag_before() {
    #[instrument::main(signals)]
    fn main() {
        ready();
        until(FLAG.get().expect("set"));
    }
    static FLAG: std::sync::OnceLock<Arc<AtomicBool>> = std::sync::OnceLock::new();
    FLAG.get_or_init(flags);
    main();
}

pub mod flag_after {
    #[instrument::main(signals)]
    pub fn main() {
        let flag = super::flags();
        super::ready();
        super::until(&flag);
    }
}

/// A thread of its own ends the process.
pub mod exits {
    #[instrument::main(signals)]
    pub fn main() {
        let mut signals = signal_hook::iterator::Signals::new([super::SIGINT, super::SIGTERM]).expect("handled");
        super::thread::spawn(move || {
            signals.forever().next();
            super::last_work();
            std::process::exit(7);
        });
        super::ready();
        super::for_ever();
    }
}

/// A thread of its own ends the process as the signal would have.
pub mod raises_again {
    #[instrument::main(signals)]
    pub fn main() {
        let mut signals = signal_hook::iterator::Signals::new([super::SIGINT, super::SIGTERM]).expect("handled");
        super::thread::spawn(move || {
            let signal = signals.forever().next().expect("one");
            super::last_work();
            instrument::finish();
            signal_hook::low_level::emulate_default_handler(signal).expect("it ends here");
        });
        super::ready();
        super::for_ever();
    }
}

static CAME: AtomicBool = AtomicBool::new(false);

extern "C" fn sets_a_flag(_: libc::c_int) {
    CAME.store(true, Ordering::Relaxed);
}

/// As C programs do that clean up.
extern "C" fn gives_it_back(signal: libc::c_int) {
    // SAFETY: both are allowed in a handler.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}

fn handle(handler: extern "C" fn(libc::c_int), flags: libc::c_int) {
    for signal in [SIGINT, SIGTERM] {
        // SAFETY: all of it may be zero; the handler does what handlers may.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handler as *const () as usize;
            action.sa_flags = flags;
            assert_eq!(libc::sigaction(signal, &raw const action, std::ptr::null_mut()), 0);
        }
    }
}

mod waits_for_the_flag {
    #[instrument::main(signals)]
    pub fn main() {
        super::ready();
        super::until(&super::CAME);
    }
}

pub fn raw_before() {
    handle(sets_a_flag, 0);
    waits_for_the_flag::main();
}

/// It wants to be called once: the next signal is to end the process.
pub fn raw_once() {
    handle(sets_a_flag, libc::SA_RESETHAND);
    thread::spawn(|| {
        while !CAME.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(1));
        }
        println!("came");
    });
    by_signals::main();
}

mod by_signals {
    #[instrument::main(signals)]
    pub fn main() {
        super::ready();
        super::for_ever();
    }
}

pub mod raw_after {
    #[instrument::main(signals)]
    pub fn main() {
        super::handle(super::sets_a_flag, 0);
        super::ready();
        super::until(&super::CAME);
    }
}

pub fn raw_gives_back() {
    handle(gives_it_back, 0);
    by_signals::main();
}

/// Somebody holds what a report is written to, for good.
pub mod held_up {
    #[instrument::main(signals)]
    pub fn main() {
        let _held = std::io::stderr().lock();
        super::ready();
        super::for_ever();
    }
}

/// Exits while the signal's report is being written: a timer's log function takes its time.
pub mod exits_amid {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread::sleep;
    use std::time::Duration;

    static WRITING: AtomicBool = AtomicBool::new(false);

    #[instrument::main(signals)]
    pub fn main() {
        let slow = instrument::PerfTimer::builder("slow").log_fn(|line| {
            WRITING.store(true, Ordering::Relaxed);
            sleep(Duration::from_millis(300));
            eprintln!("{line}, after a while");
        });
        let slow = slow.build().expect("nothing is wrong with it");
        slow.time(|| ());
        super::ready();
        super::until(&WRITING);
        std::process::exit(3);
    }
}

/// A child without the thread that waits; it waits for its signal, and its number is printed.
pub mod forks {
    #[instrument::main(signals)]
    pub fn main() {
        super::work();
        // SAFETY: the child only waits.
        let child = unsafe { libc::fork() };
        if child == 0 {
            super::for_ever();
        }
        println!("child {child} is there\nready");
        let mut status = 0;
        // SAFETY: the place is valid.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        println!("it ended by {}.", libc::WTERMSIG(status));
        super::for_ever();
    }
}
