//! How wide a terminal is. On Unix by the one call that it takes: the crate that does it elsewhere brings four more there,
//! and each user with `timers` would compile them.

/// Columns of the terminal that `stream` leads to; `None` if it's no terminal, or doesn't know.
#[cfg(unix)]
#[expect(unsafe_code, reason = "a terminal's size is asked for through libc")]
pub(crate) fn width(stream: &impl std::os::fd::AsFd) -> Option<usize> {
    use std::os::fd::AsRawFd;

    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the descriptor is borrowed, and the request writes a `winsize`, which is there.
    let failed = unsafe { libc::ioctl(stream.as_fd().as_raw_fd(), libc::TIOCGWINSZ, &raw mut size) } != 0;
    (!failed && size.ws_col > 0).then_some(size.ws_col.into())
}

/// Columns of the terminal that `stream` leads to; `None` if it's no terminal, or doesn't know.
#[cfg(windows)]
pub(crate) fn width(stream: &impl std::os::windows::io::AsHandle) -> Option<usize> {
    terminal_size::terminal_size_of(stream).map(|(width, _)| width.0.into())
}

/// Nothing is known of terminals here.
#[cfg(not(any(unix, windows)))]
pub(crate) fn width<T>(_: &T) -> Option<usize> {
    None
}
