//! What commands do here: this very program is started again, and told its role by a variable.
#![expect(unsafe_code, reason = "what the system counts, terminals and handlers aren't in the standard library")]

use std::ffi::c_int;
use std::fs::{File, OpenOptions};
use std::hint::black_box;
use std::io::Write;
use std::mem::zeroed;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};
use std::time::{Duration, Instant};

pub(crate) const ROLE: &str = "RUN_TEST_ROLE";
/// Where a role notes what it knows.
pub(crate) const NOTES: &str = "RUN_TEST_NOTES";

#[test]
#[ignore = "it's started by the other tests"]
fn role() {
    let role = std::env::var(ROLE).expect("a role");
    let (name, amount) = role.split_once(' ').unwrap_or((&role, "0"));
    let amount: u64 = amount.parse().expect("a number");
    match name {
        "burn" => burn(Duration::from_millis(amount)),
        "hold" => hold(amount << 20),
        "sleep" => sleep(Duration::from_millis(amount)),
        "count" => count(),
        "crash" => {
            // SAFETY: nothing is mapped there, so it's not written: the kernel ends this process.
            unsafe { std::ptr::without_provenance_mut::<u8>(1).write_volatile(1) };
        }
        other => panic!("no role {other}"),
    }
}

fn note() -> File {
    let path = std::env::var_os(NOTES).expect("a file for notes");
    OpenOptions::new().create(true).append(true).open(path).expect("a file for notes")
}

/// Seconds of CPU that this process has used, as it's told itself.
fn used() -> f64 {
    // SAFETY: for C all zeros are one, and it's valid.
    let usage = unsafe {
        let mut usage: libc::rusage = zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

fn burn(time: Duration) {
    let mut sum = 0_u64;
    while used() < time.as_secs_f64() {
        (0..100_000_u64).for_each(|n| sum = black_box(sum ^ n));
    }
    writeln!(note(), "{}", used()).expect("noted");
}

fn hold(bytes: u64) {
    let mut memory = vec![0_u8; bytes as usize];
    memory.iter_mut().step_by(1024).for_each(|byte| *byte = 1);
    black_box(&memory);
}

fn sleep(time: Duration) {
    let began = Instant::now();
    std::thread::sleep(time);
    writeln!(note(), "{}", began.elapsed().as_secs_f64()).expect("noted");
}

/// Notes each signal, and exits with 7 at SIGUSR1.
#[expect(clippy::exit, reason = "this process is a command, and its exit code is looked at")]
fn count() {
    static NOTE: AtomicI32 = AtomicI32::new(-1);
    static ENDS: AtomicI32 = AtomicI32::new(0);
    extern "C" fn noted(signal: c_int) {
        let line: &[u8] = match signal {
            libc::SIGINT => b"INT\n",
            libc::SIGTERM => b"TERM\n",
            libc::SIGHUP => b"HUP\n",
            _ => b"USR1\n",
        };
        // SAFETY: the line is valid, and a handler may write.
        unsafe { libc::write(NOTE.load(SeqCst), line.as_ptr().cast(), line.len()) };
        if signal == libc::SIGUSR1 {
            ENDS.store(1, SeqCst);
        }
    }
    let mut file = note();
    NOTE.store(file.as_raw_fd(), SeqCst);
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGUSR1] {
        // SAFETY: the handler writes and stores, which handlers may.
        unsafe { libc::signal(signal, noted as extern "C" fn(c_int) as libc::sighandler_t) };
    }
    writeln!(file, "ready").expect("noted");
    let began = Instant::now();
    while ENDS.load(SeqCst) == 0 && began.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::process::exit(7);
}

/// Sends a process a signal, or with a negative number a group.
pub(crate) fn kill(pid: i32, signal: c_int) {
    // SAFETY: it takes no pointers.
    assert_eq!(unsafe { libc::kill(pid, signal) }, 0, "{}", std::io::Error::last_os_error());
}

/// Has a command run in a session of its own, at a terminal, whose other end this is.
pub(crate) fn at_terminal(command: &mut Command) -> File {
    let (mut ours, mut theirs) = (0, 0);
    // SAFETY: both places are valid, and the rest may be null.
    let opened = unsafe { libc::openpty(&raw mut ours, &raw mut theirs, null_mut(), null_mut(), null_mut()) };
    assert_eq!(opened, 0, "{}", std::io::Error::last_os_error());
    // SAFETY: just opened, and nobody else's.
    let (ours, theirs) = unsafe { (File::from_raw_fd(ours), OwnedFd::from_raw_fd(theirs)) };
    let terminal = || theirs.try_clone().expect("a copy");
    command.stdin(terminal()).stdout(terminal()).stderr(terminal());
    let session = || {
        // SAFETY: both are calls that a forked child may make; by now stdin is the terminal.
        unsafe {
            libc::setsid();
            libc::ioctl(0, libc::TIOCSCTTY, 0);
        }
        Ok(())
    };
    // SAFETY: it allocates nothing and takes no lock.
    unsafe { command.pre_exec(session) };
    ours
}
