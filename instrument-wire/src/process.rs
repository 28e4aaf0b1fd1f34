//! Processes of this machine, by name and number.

/// The name of this program's file.
pub fn program() -> String {
    let path = std::env::current_exe().ok().or_else(|| std::env::args_os().next().map(Into::into));
    let name = path.as_deref().and_then(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "unknown".to_owned())
}

/// The machine's name.
#[cfg(unix)]
pub fn host() -> String {
    crate::system::host().filter(|name| !name.is_empty()).unwrap_or_else(|| "localhost".to_owned())
}

/// The machine's name.
#[cfg(not(unix))]
pub fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "localhost".to_owned())
}

/// Whether a process of that number runs on this machine. One system call.
#[cfg(unix)]
pub fn is_running(pid: u32) -> bool {
    let Ok(pid) = i32::try_from(pid) else { return false };
    // 0 and negative numbers are groups of processes.
    pid > 0 && crate::system::is_running(pid)
}

/// Not known here, so it's taken to be running.
#[cfg(not(unix))]
pub fn is_running(_: u32) -> bool {
    true
}
