//! How wide a terminal is, and whether a program draws on it. On Unix the width takes one call: the crate that asks for it
//! elsewhere brings four more there, and each user with `timers` would compile them.

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

/// Whether `stream` leads to a terminal that hands over each key at once: some program draws on it.
#[cfg(unix)]
#[expect(unsafe_code, reason = "a terminal's mode is asked for through libc")]
pub(crate) fn is_raw(stream: &impl std::os::fd::AsFd) -> bool {
    use std::os::fd::AsRawFd;

    let mut mode = std::mem::MaybeUninit::<libc::termios>::zeroed();
    // SAFETY: the descriptor is borrowed, and the place is valid; all of a `termios` may be zero, should the call fail.
    let (failed, mode) =
        unsafe { (libc::tcgetattr(stream.as_fd().as_raw_fd(), mode.as_mut_ptr()) != 0, mode.assume_init()) };
    !failed && mode.c_lflag & libc::ICANON == 0
}

/// Nothing is known of that here.
#[cfg(not(unix))]
pub(crate) fn is_raw<T>(_: &T) -> bool {
    false
}
