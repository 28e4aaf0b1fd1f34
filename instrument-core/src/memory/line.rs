//! What a memory line says: one reading, its differences from the one before, and what a call did.
//!
//! ```text
//! [mem +       0.000 ms] start                 resident    1.9 MiB (   +1.9 MiB), peak    1.9 MiB; heap … ; free …
//! [mem +      12.345 ms] load                  resident   14.2 MiB (  +12.3 MiB), peak   14.2 MiB; heap … ; free … ; call: …
//! ```

use super::{HeapStats, Resident, Unavailable};
use crate::heap::Asked;
use core::fmt::{self, Write};
use core::time::Duration;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const HOW_TO_INSTALL: &str = "heap figures need the counting allocator: \
     #[global_allocator] static ALLOCATOR: instrument::CountingAllocator = instrument::CountingAllocator::new();";

/// Columns that labels fill at least, and those up to which a longer one moves the figures of the lines after it.
const LABEL: core::ops::RangeInclusive<usize> = 20..=40;

/// The memory at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    /// Since any fixed moment.
    pub at: Duration,
    pub resident: Result<Resident, Unavailable>,
    pub heap: Option<HeapStats>,
    /// Bytes that the system has left.
    pub available: Option<u64>,
}

impl Reading {
    /// When the program began.
    const NOTHING: Reading = Reading {
        at: Duration::ZERO,
        resident: Ok(Resident { bytes: 0, peak_bytes: None }),
        heap: Some(HeapStats {
            live_bytes: 0,
            live_blocks: 0,
            peak_bytes: 0,
            allocations: 0,
            deallocations: 0,
            reallocations: 0,
            allocated_bytes: 0,
        }),
        available: None,
    };
}

/// The lines of a process, each of which tells the difference from its predecessor.
#[derive(Debug)]
pub(super) struct Lines {
    last: Option<Reading>,
    label_width: usize,
}

impl Lines {
    pub(super) const fn new() -> Self {
        Self { last: None, label_width: *LABEL.start() }
    }

    /// The next line, without a line end. A call's ends with what that did.
    pub(super) fn next(&mut self, label: &str, now: Reading, call: Option<Asked>) -> String {
        let last = self.last.replace(now);
        let label = printable(label);
        self.label_width = self.label_width.max(label.width().min(*LABEL.end()));

        let mut line = String::with_capacity(384);
        // Writing to a `String` can't fail.
        let _ = self.write(&mut line, &label, last.as_ref(), &now, call);
        line
    }

    fn write(
        &self,
        line: &mut String,
        label: &str,
        last: Option<&Reading>,
        now: &Reading,
        call: Option<Asked>,
    ) -> fmt::Result {
        let waited = last.map_or(Duration::ZERO, |last| now.at.saturating_sub(last.at));
        write!(line, "[mem +{:>12.3} ms] {label}", waited.as_secs_f64() * 1e3)?;
        // `{:<width$}` counts characters, of which some fill two columns and some none.
        for _ in label.width()..self.label_width {
            line.push(' ');
        }

        let before = last.unwrap_or(&Reading::NOTHING);
        let mut separator = "  ";
        let mut next = |line: &mut String| line.push_str(core::mem::replace(&mut separator, "; "));
        if let Ok(resident) = now.resident {
            next(line);
            let before = before.resident.ok().map(|before| before.bytes);
            write!(line, "resident {}", Figures { now: resident.bytes, before, peak: resident.peak_bytes })?;
        }
        if let Some(heap) = now.heap {
            next(line);
            let before = before.heap.map(|before| before.live_bytes);
            write!(line, "heap {}", Figures { now: heap.live_bytes, before, peak: Some(heap.peak_bytes) })?;
        }
        if let Some(available) = now.available {
            next(line);
            write!(line, "free {}", bytes("", available))?;
        }
        // Last, since not all lines have it.
        if let Some(call) = call {
            next(line);
            write!(line, "call: {call}")?;
        }

        // What's missing is explained once; from then on it's just missing.
        if last.is_none() {
            if let Err(reason) = now.resident {
                next(line);
                write!(line, "{reason}")?;
            }
            if now.heap.is_none() {
                next(line);
                line.push_str(HOW_TO_INSTALL);
            }
        }
        Ok(())
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = if self.kept() < 0 { "-" } else { "+" };
        write!(
            f,
            "allocated {} in {:>8} blocks, freed {}, kept {:>11}, peak {}",
            bytes("", self.allocated),
            self.blocks,
            bytes("", self.freed),
            bytes(kept, self.kept().unsigned_abs()),
            bytes("", self.peak),
        )
    }
}

/// What is held now, how that differs from before, and the peak.
struct Figures {
    now: u64,
    before: Option<u64>,
    peak: Option<u64>,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (", bytes("", self.now))?;
        match self.before {
            None => write!(f, "{:>11}", "-")?,
            Some(before) if before > self.now => write!(f, "{:>11}", bytes("-", before - self.now))?,
            Some(before) => write!(f, "{:>11}", bytes("+", self.now - before))?,
        }
        f.write_str(")")?;
        match self.peak {
            Some(peak) => write!(f, ", peak {}", bytes("", peak)),
            None => Ok(()),
        }
    }
}

/// `bytes` in the largest unit that it's at least one of, in 10 columns; the sign is to the left of the figure.
fn bytes(sign: &str, bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{:>6}   B", format_args!("{sign}{bytes}").to_string());
    }
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let mut figure = bytes as f64 / 1024.0;
    let mut unit = 0;
    // What would be shown as 1024.0 is one of the next unit.
    while figure >= 1023.95 && unit + 1 < UNITS.len() {
        figure /= 1024.0;
        unit += 1;
    }
    format!("{:>6} {}", format!("{sign}{figure:.1}"), UNITS.get(unit).copied().unwrap_or_default())
}

/// The label with its control characters spelled out: one of them is the line end, and the promise is one line.
fn printable(label: &str) -> String {
    let mut shown = String::with_capacity(label.len());
    for character in label.chars() {
        match character.width() {
            Some(_) => shown.push(character),
            None => shown.extend(character.escape_default()),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{Asked, HOW_TO_INSTALL, HeapStats, Lines, Reading, Resident, Unavailable, bytes};
    use core::time::Duration;

    const MIB: u64 = 1 << 20;

    fn reading(micros: u64, resident: (u64, u64), heap: (u64, u64)) -> Reading {
        Reading {
            at: Duration::from_micros(micros),
            resident: Ok(Resident { bytes: resident.0, peak_bytes: Some(resident.1) }),
            heap: Some(HeapStats { live_bytes: heap.0, peak_bytes: heap.1, ..HeapStats::default() }),
            available: None,
        }
    }

    #[test]
    fn lines_tell_the_difference_since_the_one_before_and_align() {
        let mut lines = Lines::new();
        let shown = [
            lines.next("start", reading(5_000_000, (2 * MIB, 2 * MIB), (100, 1200)), None),
            lines.next("imported foo", reading(5_012_345, (14 * MIB + 300_000, 20 * MIB), (10 * MIB, 11 * MIB)), None),
            lines.next("导入 bar", reading(3_605_012_345, (3 * 1024 * MIB, 3 * 1024 * MIB), (10 * MIB - 24, 11 * MIB)), None),
            lines.next("done", reading(3_605_012_345, (3 * 1024 * MIB, 3 * 1024 * MIB), (10 * MIB - 24, 11 * MIB)), None),
        ];
        assert_eq!(
            shown.join("\n"),
            "\
[mem +       0.000 ms] start                 resident    2.0 MiB (   +2.0 MiB), peak    2.0 MiB; heap    100   B (   +100   B), peak    1.2 KiB
[mem +      12.345 ms] imported foo          resident   14.3 MiB (  +12.3 MiB), peak   20.0 MiB; heap   10.0 MiB (  +10.0 MiB), peak   11.0 MiB
[mem + 3600000.000 ms] 导入 bar              resident    3.0 GiB (   +3.0 GiB), peak    3.0 GiB; heap   10.0 MiB (    -24   B), peak   11.0 MiB
[mem +       0.000 ms] done                  resident    3.0 GiB (     +0   B), peak    3.0 GiB; heap   10.0 MiB (     +0   B), peak   11.0 MiB"
        );
    }

    #[test]
    fn how_to_install_the_allocator_is_said_once() {
        let mut lines = Lines::new();
        let missing = |micros| Reading { heap: None, ..reading(micros, (MIB, MIB), (0, 0)) };
        assert_eq!(
            lines.next("a", missing(0), None),
            format!(
                "[mem +       0.000 ms] a                     resident    1.0 MiB (   +1.0 MiB), peak    1.0 MiB; {HOW_TO_INSTALL}"
            )
        );
        assert_eq!(
            lines.next("b", missing(1000), None),
            "[mem +       1.000 ms] b                     resident    1.0 MiB (     +0   B), peak    1.0 MiB"
        );
    }

    #[test]
    fn lines_end_with_what_is_free_and_what_a_call_did() {
        let mut lines = Lines::new();
        let free = |free| Reading { available: Some(free), ..reading(0, (MIB, MIB), (0, 0)) };
        let call = Asked { allocated: 12 * MIB, blocks: 310, freed: 2 * MIB, peak: 11 * MIB + MIB / 2 };
        let mut end = |free, call| {
            let line = lines.next("a", free, call);
            line.split_once("; free ").map(|(_, end)| end.to_owned()).unwrap_or(line)
        };
        assert_eq!(
            end(free(3 * 1024 * MIB), Some(call)),
            "   3.0 GiB; call: allocated   12.0 MiB in      310 blocks, freed    2.0 MiB, kept   +10.0 MiB, peak   11.5 MiB"
        );
        assert_eq!(
            end(free(1023), Some(Asked { freed: 100, ..Asked::default() })),
            "  1023   B; call: allocated      0   B in        0 blocks, freed    100   B, kept    -100   B, peak      0   B"
        );
        assert_eq!(end(free(0), None), "     0   B");
    }

    #[test]
    fn why_resident_memory_is_missing_is_said_once() {
        let mut lines = Lines::new();
        let missing = Reading { resident: Err(Unavailable::Platform), ..reading(0, (0, 0), (2048, 4096)) };
        assert_eq!(
            lines.next("a", missing, None),
            "[mem +       0.000 ms] a                     heap    2.0 KiB (   +2.0 KiB), peak    4.0 KiB; \
             resident memory isn't known on this operating system"
        );
        assert_eq!(
            lines.next("b", missing, None),
            "[mem +       0.000 ms] b                     heap    2.0 KiB (     +0   B), peak    4.0 KiB"
        );
    }

    #[test]
    fn a_label_is_one_line_and_long_ones_widen_the_column_up_to_a_limit() {
        let mut lines = Lines::new();
        let column = |line: &str| line.find("resident").map(|at| line[..at].chars().count());
        let now = reading(0, (MIB, MIB), (0, 0));
        assert!(lines.next("two\nlines\u{7}", now, None).contains("] two\\nlines\\u{7} "));
        assert_eq!(column(&lines.next(&"x".repeat(30), now, None)), Some(23 + 30 + 2));
        assert_eq!(column(&lines.next("short", now, None)), Some(23 + 30 + 2));
        assert_eq!(column(&lines.next(&"x".repeat(99), now, None)), Some(23 + 99 + 2));
        assert_eq!(column(&lines.next("short", now, None)), Some(23 + 40 + 2));
    }

    #[test]
    fn bytes_fill_their_columns_from_nothing_to_everything() {
        let shown = |number| bytes("", number);
        assert_eq!(shown(0), "     0   B");
        assert_eq!(shown(1023), "  1023   B");
        assert_eq!(shown(1024), "   1.0 KiB");
        assert_eq!(shown(1023 * 1024 + 972), "1023.9 KiB");
        assert_eq!(shown(MIB - 1), "   1.0 MiB");
        assert_eq!(shown(1024 * MIB), "   1.0 GiB");
        assert_eq!(shown(1 << 40), "   1.0 TiB");
        assert_eq!(bytes("-", 1023 * 1024), "-1023.0 KiB");
        assert_eq!(shown(u64::MAX), "16777216.0 TiB");
    }
}
