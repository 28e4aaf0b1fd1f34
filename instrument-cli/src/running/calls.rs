//! Calls of the system that start a command, tell it signals and wait for it.
#![expect(unsafe_code, reason = "the standard library neither tells what a child used nor waits for signals")]

use super::Usage;
use std::ffi::{CString, c_char, c_int, c_long};
use std::io::{Error, ErrorKind, Result};
use std::mem::{MaybeUninit, zeroed};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::ptr::{null, null_mut};
use std::time::Duration;

/// Those that are handed on to the command.
const FORWARDED: [c_int; 8] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGTERM,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGALRM,
    libc::SIGWINCH,
];

/// What arrived.
pub(super) enum Came {
    /// A child has ended, perhaps.
    Child,
    Signal(c_int, Sender),
}

/// Who sent a signal.
pub(super) enum Sender {
    /// The terminal, which tells the command as well.
    Terminal,
    #[cfg_attr(
        not(any(target_os = "linux", target_os = "android")),
        expect(dead_code, reason = "other systems don't say who sent a signal")
    )]
    Process(libc::pid_t),
    Unknown,
}

/// Keeps signals from this process until they're asked for.
pub(super) struct Signals {
    awaited: libc::sigset_t,
    former: libc::sigset_t,
    /// As this process was started, and as the command is to be.
    child: libc::sigaction,
}

impl Signals {
    pub(super) fn block() -> Result<Signals> {
        extern "C" fn nothing(_: c_int) {}
        // SAFETY: the sets and actions are this function's own, and for C all zeros are one of each; the handler does
        // nothing.
        unsafe {
            let mut signals = Signals { awaited: zeroed(), former: zeroed(), child: zeroed() };
            libc::sigemptyset(&raw mut signals.awaited);
            libc::sigaddset(&raw mut signals.awaited, libc::SIGCHLD);
            for signal in FORWARDED {
                let mut action: libc::sigaction = zeroed();
                // What's ignored when we start, as under `nohup`, is ignored by the command, too.
                if libc::sigaction(signal, null_mut(), &raw mut action) == 0 && action.sa_sigaction != libc::SIG_IGN {
                    libc::sigaddset(&raw mut signals.awaited, signal);
                }
            }
            // Children of who ignores this signal leave nothing to wait for, and some systems drop it unless there's
            // a handler.
            let mut action: libc::sigaction = zeroed();
            action.sa_sigaction = nothing as extern "C" fn(c_int) as libc::sighandler_t;
            action.sa_flags = libc::SA_NOCLDSTOP | libc::SA_RESTART;
            check(libc::sigaction(libc::SIGCHLD, &raw const action, &raw mut signals.child))?;
            // The only thread there is.
            match libc::pthread_sigmask(libc::SIG_BLOCK, &raw const signals.awaited, &raw mut signals.former) {
                0 => Ok(signals),
                error => Err(Error::from_raw_os_error(error)),
            }
        }
    }

    /// Waits for the next one.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn wait(&self) -> Came {
        loop {
            let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
            // SAFETY: both are valid; where it succeeds, `info` has been written.
            let signal = unsafe { libc::sigwaitinfo(&raw const self.awaited, info.as_mut_ptr()) };
            match signal {
                libc::SIGCHLD => return Came::Child,
                1.. => {
                    // SAFETY: written, and zeroed before.
                    let info = unsafe { info.assume_init() };
                    return Came::Signal(signal, sender(signal, &info));
                }
                // Interrupted, as by a stop.
                _ => {}
            }
        }
    }

    /// Waits for the next one, of which this system doesn't say who sent it.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(super) fn wait(&self) -> Came {
        let signal = take(&self.awaited);
        match signal {
            libc::SIGCHLD => Came::Child,
            // SAFETY: they take no pointers.
            libc::SIGINT | libc::SIGQUIT if (0..3).any(|fd| unsafe { libc::tcgetpgrp(fd) == libc::getpgrp() }) => {
                Came::Signal(signal, Sender::Terminal)
            }
            signal => Came::Signal(signal, Sender::Unknown),
        }
    }

    /// One that has arrived, if there's any. It's gone then.
    pub(super) fn pending(&self) -> Option<c_int> {
        // SAFETY: the sets are this function's own; all that's waited for has arrived, so it doesn't wait.
        unsafe {
            let (mut pending, mut one): (libc::sigset_t, libc::sigset_t) = (zeroed(), zeroed());
            libc::sigpending(&raw mut pending);
            let is_there = |signal: &c_int| {
                libc::sigismember(&raw const pending, *signal) == 1
                    && libc::sigismember(&raw const self.awaited, *signal) == 1
            };
            let signal = FORWARDED.into_iter().find(is_there)?;
            libc::sigemptyset(&raw mut one);
            libc::sigaddset(&raw mut one, signal);
            Some(take(&one))
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        // SAFETY: both were told by the system, and nobody else has changed them.
        unsafe {
            libc::sigaction(libc::SIGCHLD, &raw const self.child, null_mut());
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.former, null_mut());
        }
    }
}

fn take(set: &libc::sigset_t) -> c_int {
    let mut signal = 0;
    // SAFETY: both are valid.
    unsafe { libc::sigwait(set, &raw mut signal) };
    signal
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn sender(signal: c_int, info: &libc::siginfo_t) -> Sender {
    if info.si_code > 0 {
        // A terminal tells all in its foreground; a timer, as of `alarm` before an `exec`, is ours alone.
        return if signal == libc::SIGALRM { Sender::Unknown } else { Sender::Terminal };
    }
    // SAFETY: what a process sends has its number.
    Sender::Process(unsafe { info.si_pid() })
}

/// What was so right before a command's `exec`: written by the forked child, read by its parent.
#[derive(Clone, Copy)]
struct Moment {
    nanos: u64,
    usage: libc::rusage,
    /// Why the `exec` failed, if it did.
    error: c_int,
}

/// What of a run is to be taken off, since it's this program's and not the command's.
#[derive(Clone, Copy)]
pub(super) struct Before {
    pub(super) nanos: u64,
    pub(super) usage: Usage,
}

/// A page that forked children share with their parent.
pub(super) struct Shared(*mut Moment);

impl Shared {
    pub(super) fn new() -> Result<Shared> {
        let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANON);
        // SAFETY: a mapping of its own, wherever the system puts it, of zeros, which are a `Moment`.
        let page = unsafe { libc::mmap(null_mut(), size_of::<Moment>(), protection, flags, -1, 0) };
        if page == libc::MAP_FAILED { Err(Error::last_os_error()) } else { Ok(Shared(page.cast())) }
    }

    /// What the child wrote that has ended; `None` if it came to its end before its `exec`.
    ///
    /// # Errors
    /// Why there was no `exec`.
    pub(super) fn take(&self) -> Result<Option<Before>> {
        // SAFETY: mapped as long as `self` is, and nobody writes it any more.
        let moment = unsafe { self.0.read_volatile() };
        match moment.error {
            0 => Ok((moment.nanos > 0).then(|| Before { nanos: moment.nanos, usage: usage(&moment.usage).0 })),
            error => Err(Error::from_raw_os_error(error)),
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: mapped by `new`, in this size; children have mappings of their own.
        unsafe { libc::munmap(self.0.cast(), size_of::<Moment>()) };
    }
}

/// Starts a command, looked for in the folders of PATH, with the signals that this process began with, and without
/// waiting for its `exec`: [`Shared::take`] tells at its end whether there was one.
///
/// It's forked. As the standard library starts it, child and parent share their memory until the `exec`, and then the
/// kernel takes the parent's peak for the command's.
///
/// # Errors
/// There can't be another process.
pub(super) fn start(words: &[CString], signals: &Signals, shared: &Shared) -> Result<u32> {
    let mut pointers: Vec<*const c_char> = words.iter().map(|word| word.as_ptr()).collect();
    pointers.push(null());
    // SAFETY: the page is mapped, and no child has it. There's no other thread, so the child may make any call; it
    // has copies of the words, whose list ends in null, and of the signals.
    unsafe {
        shared.0.write_volatile(zeroed());
        match libc::fork() {
            ..0 => Err(Error::last_os_error()),
            0 => {
                libc::sigaction(libc::SIGCHLD, &raw const signals.child, null_mut());
                // Ignored by Rust's programs, which no other one expects.
                libc::signal(libc::SIGPIPE, libc::SIG_DFL);
                libc::pthread_sigmask(libc::SIG_SETMASK, &raw const signals.former, null_mut());
                let mut moment: Moment = zeroed();
                libc::getrusage(libc::RUSAGE_SELF, &raw mut moment.usage);
                moment.nanos = now();
                shared.0.write_volatile(moment);
                libc::execvp(pointers[0], pointers.as_ptr());
                moment.error = Error::last_os_error().raw_os_error().unwrap_or(libc::EINVAL);
                shared.0.write_volatile(moment);
                libc::_exit(127)
            }
            child => Ok(child.cast_unsigned()),
        }
    }
}

/// By how many bytes what the kernel says of a small process's memory may be too little: each processor counts some
/// pages of each of four kinds for itself, 32 or two for each processor that there is, before it adds them to what's
/// told.
pub(super) fn uncounted() -> u64 {
    // SAFETY: it takes no pointers.
    let [processors, page] =
        [libc::_SC_NPROCESSORS_ONLN, libc::_SC_PAGESIZE].map(|name| unsafe { libc::sysconf(name) });
    4 * number(page).max(4096) * (2 * number(processors)).max(32)
}

/// Nanoseconds of a clock that all processes share.
pub(super) fn now() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time is valid.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    number(time.tv_sec) * 1_000_000_000 + number(time.tv_nsec)
}

/// Whether a child has ended. It can still be waited for, and `/proc` still has it.
pub(super) fn has_ended(pid: u32) -> Result<bool> {
    loop {
        let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
        let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        // SAFETY: the place is valid, and zeros are what it holds if no child has ended.
        let done = unsafe { libc::waitid(libc::P_PID, pid as libc::id_t, info.as_mut_ptr(), options) };
        match check(done) {
            // SAFETY: zeroed, and perhaps written.
            Ok(()) => return Ok(unsafe { info.assume_init().si_pid() } != 0),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Waits for a child, whose number may be another one's from then on: how it ended, what it used, and its peak in
/// bytes.
pub(super) fn reap(pid: u32) -> Result<(ExitStatus, Usage, u64)> {
    let mut status = 0;
    loop {
        // SAFETY: for C all zeros are one.
        let mut used: libc::rusage = unsafe { zeroed() };
        // SAFETY: both places are valid.
        let done = unsafe { libc::wait4(pid.cast_signed(), &raw mut status, 0, &raw mut used) };
        if done >= 0 {
            let (usage, peak) = usage(&used);
            return Ok((ExitStatus::from_raw(status), usage, peak));
        }
        match Error::last_os_error() {
            error if error.kind() == ErrorKind::Interrupted => {}
            error => return Err(error),
        }
    }
}

/// Sends a child a signal. One that has rights of its own may not be sent any.
pub(super) fn send(pid: u32, signal: c_int) {
    // SAFETY: it takes no pointers.
    unsafe { libc::kill(pid.cast_signed(), signal) };
}

/// Ends this process by a signal, without a core file: the command's is there already. Returns where that can't be.
pub(super) fn end_by(signal: c_int) {
    // SAFETY: sets and limits are this function's own; whatever fails, the worst is that the process goes on.
    unsafe {
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        libc::setrlimit(libc::RLIMIT_CORE, &raw const none);
        #[cfg(target_os = "linux")]
        libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0);
        libc::signal(signal, libc::SIG_DFL);
        let mut set: libc::sigset_t = zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const set, null_mut());
        libc::raise(signal);
    }
}

fn check(done: c_int) -> Result<()> {
    if done == 0 { Ok(()) } else { Err(Error::last_os_error()) }
}

/// What was used, and the peak in bytes.
fn usage(of: &libc::rusage) -> (Usage, u64) {
    let time = |time: libc::timeval| {
        Duration::from_secs(number(time.tv_sec)) + Duration::from_micros(number(c_long::from(time.tv_usec)))
    };
    let size = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
    let usage = Usage {
        user: time(of.ru_utime),
        system: time(of.ru_stime),
        minor_faults: number(of.ru_minflt),
        major_faults: number(of.ru_majflt),
        voluntary: number(of.ru_nvcsw),
        involuntary: number(of.ru_nivcsw),
        blocks_in: number(of.ru_inblock),
        blocks_out: number(of.ru_oublock),
    };
    (usage, number(of.ru_maxrss) * size)
}

/// A count of the kernel's, which isn't negative.
fn number(number: c_long) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
