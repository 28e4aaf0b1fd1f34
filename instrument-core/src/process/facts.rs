//! The facts of the process and its machine, as a recording tells them.

use super::bare::pid;
use crate::base::inside::once;
use instrument_model::data::Process;
use std::sync::OnceLock;

/// What's known without asking for more than a file or two. Files are read each time.
pub(crate) fn facts() -> Process {
    Process {
        program: program().to_owned(),
        pid: pid(),
        host: host(),
        start: 0,
        clock: String::new(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        profile: if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned(),
        cpu: cpu(),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    }
}

/// What the program is called; looked for once.
pub(crate) fn program() -> &'static str {
    static PROGRAM: OnceLock<String> = OnceLock::new();
    once::<String>(&PROGRAM, || {
        let path = std::env::current_exe().ok();
        let name = path.as_deref().and_then(|path| path.file_stem());
        name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    })
}

#[cfg(target_os = "linux")]
fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

#[cfg(not(target_os = "linux"))]
fn host() -> String {
    let name = ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|variable| std::env::var(variable).ok());
    name.unwrap_or_default()
}

#[cfg(target_os = "linux")]
fn cpu() -> String {
    use std::io::Read;
    // The first processor's lines are enough.
    let mut beginning = String::new();
    let read = std::fs::File::open("/proc/cpuinfo").and_then(|file| file.take(4096).read_to_string(&mut beginning));
    let name = beginning.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    read.ok().and(name).map(|(_, name)| name.trim().to_owned()).unwrap_or_default()
}

#[cfg(not(target_os = "linux"))]
fn cpu() -> String {
    String::new()
}

/// The calling thread's name and number, as Rust knows them. In the last destructors of a thread it has no name any more.
pub fn calling_thread() -> (Option<String>, u64) {
    // There `thread::current` panics. What a scope says of the thread that it's on never does.
    let scope = std::thread::scope(|scope| format!("{scope:?}"));
    let number = scope.split_once("ThreadId(").and_then(|(_, rest)| rest.split_once(')')?.0.parse().ok());
    let name = if scope.contains("name: Some(") { std::thread::current().name().map(str::to_owned) } else { None };
    (name, number.unwrap_or_default())
}

/// What the calling thread is called: `name #number`, as pools give all their threads one name; or just `#number`.
pub(crate) fn thread_name() -> String {
    let (name, number) = calling_thread();
    name.map_or_else(|| format!("#{number}"), |name| format!("{name} #{number}"))
}

/// The operating system's number of the calling thread on Linux; elsewhere threads are numbered as they come.
pub(crate) fn thread_number() -> u64 {
    #[cfg(target_os = "linux")]
    {
        linux_thread::id()
    }
    #[cfg(not(target_os = "linux"))]
    {
        use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
        static THREADS: AtomicU64 = AtomicU64::new(0);
        THREADS.fetch_add(1, Relaxed) + 1
    }
}

/// Whether the calling thread is the one that began the process, or that forked it off, if that can be known.
pub(crate) fn is_first_thread() -> bool {
    cfg!(target_os = "linux") && thread_number() == u64::from(std::process::id())
}

#[cfg(target_os = "linux")]
mod linux_thread {
    #![expect(unsafe_code, reason = "a thread's number is known to the operating system alone")]

    pub(super) fn id() -> u64 {
        // SAFETY: a system call without arguments that never fails.
        let id = unsafe { libc::gettid() };
        u64::try_from(id).unwrap_or_default()
    }
}
