//! A label while it's formatted.

use std::fmt;

/// Collects a label on the stack, so that no user's code runs while a profiler is locked.
pub(super) struct Words {
    short: [u8; Words::SHORT],
    length: usize,
    long: String,
}

impl Words {
    const SHORT: usize = 64;

    pub(super) fn as_str(&self) -> &str {
        if self.long.is_empty() {
            std::str::from_utf8(&self.short[..self.length]).unwrap_or_default()
        } else {
            &self.long
        }
    }
}

impl Default for Words {
    #[inline]
    fn default() -> Self {
        Words { short: [0; Words::SHORT], length: 0, long: String::new() }
    }
}

impl fmt::Write for Words {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        match self.short.get_mut(self.length..self.length + text.len()) {
            Some(room) if self.long.is_empty() => {
                room.copy_from_slice(text.as_bytes());
                self.length += text.len();
            }
            _ => {
                if self.long.is_empty() {
                    self.long = self.as_str().to_owned();
                }
                self.long.push_str(text);
            }
        }
        Ok(())
    }
}
