//! The W3C trace context: who called, across processes, as the `traceparent` header and as 26 bytes.

use crate::process::bare::{date, pid};
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

/// The caller records this trace.
const SAMPLED: u8 = 1;
/// The right half of the trace's id is random (Trace Context level 2).
const RANDOM: u8 = 2;
/// Flags beyond these aren't defined in version 00, and must go out as zeros.
const KNOWN: u8 = SAMPLED | RANDOM;

/// A header's length in version 00, and at least that in later ones.
const LENGTH: usize = 55;

/// What a `traceparent` header says: the trace, the caller's step in it, and whether the caller records it.
///
/// Follows the rules of W3C Trace Context, levels 1 and 2: headers of later versions are read as far as version 00
/// goes, and written as version 00.
///
/// ```
/// use instrument_core::TraceContext;
///
/// let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let context: TraceContext = header.parse()?;
/// assert!(context.is_sampled());
/// assert_eq!(context.to_string(), header);
/// # Ok::<(), instrument_core::TraceContextError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceContext {
    trace: [u8; 16],
    parent: [u8; 8],
    flags: u8,
}

impl TraceContext {
    /// A new trace with random ids, sampled.
    #[must_use]
    pub fn fresh() -> Self {
        TraceContext { trace: random(), parent: random(), flags: SAMPLED | RANDOM }
    }

    /// What a received header says; a fresh context if it isn't one, as the W3C's rules want it.
    ///
    /// For the reason that a header is refused, parse it with [`str::parse`].
    ///
    /// ```
    /// use instrument_core::TraceContext;
    /// let fresh = TraceContext::from_header("00-no-such-thing");
    /// assert!(fresh.is_sampled());
    /// ```
    #[must_use]
    pub fn from_header(header: impl AsRef<[u8]>) -> Self {
        read(header.as_ref()).unwrap_or_else(|_| TraceContext::fresh())
    }

    /// The same trace, seen from a step below this one: another parent id, all else as it is.
    #[must_use]
    pub fn child(&self) -> Self {
        TraceContext { parent: random(), ..*self }
    }

    /// A fresh context of a trace that nobody records.
    pub(super) fn unsampled() -> Self {
        TraceContext { flags: RANDOM, ..TraceContext::fresh() }
    }

    /// The trace's id, the same in all processes.
    #[must_use]
    pub fn trace_id(&self) -> [u8; 16] {
        self.trace
    }

    /// The id of the caller's step.
    #[must_use]
    pub fn parent_id(&self) -> [u8; 8] {
        self.parent
    }

    /// Whether the caller records this trace.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// Version, trace id, parent id, flags: 26 bytes for protocols without headers.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 26] {
        let mut bytes = [0; 26];
        bytes[1..17].copy_from_slice(&self.trace);
        bytes[17..25].copy_from_slice(&self.parent);
        bytes[25] = self.flags;
        bytes
    }

    /// The context that [`to_bytes`](Self::to_bytes) gave.
    ///
    /// # Errors
    /// If there aren't 26 bytes, or one of the ids is zero, or the version is 255; later versions are read as far as
    /// they're known.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TraceContextError> {
        let wrong_length = TraceContextError(Problem::Bytes(bytes.len()));
        let (&version, rest) = bytes.split_first().ok_or(wrong_length.clone())?;
        let (trace, rest) = rest.split_first_chunk::<16>().ok_or(wrong_length.clone())?;
        let (parent, rest) = rest.split_first_chunk::<8>().ok_or(wrong_length.clone())?;
        match (version, rest) {
            (u8::MAX, _) => Err(TraceContextError(Problem::Version)),
            (0, [flags]) | (1.., [flags, ..]) => checked(*trace, *parent, *flags),
            _ => Err(wrong_length),
        }
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hexadecimal =
            |f: &mut fmt::Formatter<'_>, bytes: &[u8]| bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"));
        f.write_str("00-")?;
        hexadecimal(f, &self.trace)?;
        f.write_str("-")?;
        hexadecimal(f, &self.parent)?;
        write!(f, "-{:02x}", self.flags)
    }
}

impl FromStr for TraceContext {
    type Err = TraceContextError;

    fn from_str(header: &str) -> Result<Self, TraceContextError> {
        read(header.as_bytes())
    }
}

/// Why something isn't a trace context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContextError(Problem);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    Length(usize),
    Bytes(usize),
    Version,
    Extra,
    Dash(usize),
    Digit(usize),
    ZeroTrace,
    ZeroParent,
}

impl fmt::Display for TraceContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Problem::Length(length) => write!(f, "a traceparent has {LENGTH} characters, not {length}: write")?,
            Problem::Bytes(length) => return write!(f, "a binary trace context has 26 bytes, not {length}"),
            Problem::Version => f.write_str("there's no traceparent of version ff: write")?,
            Problem::Extra => f.write_str("version 00 ends with the flags: write")?,
            Problem::Dash(at) => write!(f, "character {} has to be a dash: write", at + 1)?,
            Problem::Digit(at) => write!(f, "character {} isn't one of 0-9 and a-f: write", at + 1)?,
            Problem::ZeroTrace => {
                return f.write_str("the trace id is zero: a caller without one sends no traceparent");
            }
            Problem::ZeroParent => {
                return f.write_str("the parent id is zero: a caller without one sends no traceparent");
            }
        }
        f.write_str(" `00-`, 32 digits, `-`, 16 digits, `-`, 2 digits, in lower case")
    }
}

impl std::error::Error for TraceContextError {}

/// The header's bytes are a stranger's: any length, any content.
fn read(header: &[u8]) -> Result<TraceContext, TraceContextError> {
    let fail = |problem| Err(TraceContextError(problem));
    let Some((known, extra)) = header.split_at_checked(LENGTH) else { return fail(Problem::Length(header.len())) };
    let [version] = digits::<1>(known, 0)?;
    match (version, extra) {
        (u8::MAX, _) => return fail(Problem::Version),
        (0, []) | (1.., [] | [b'-', ..]) => {}
        (0, _) => return fail(Problem::Extra),
        (1.., _) => return fail(Problem::Dash(LENGTH)),
    }
    if let Some(at) = [2, 35, 52].into_iter().find(|&at| known[at] != b'-') {
        return fail(Problem::Dash(at));
    }
    let [flags] = digits::<1>(known, 53)?;
    checked(digits(known, 3)?, digits(known, 36)?, flags)
}

/// So many bytes, written as twice as many digits from `at` on.
fn digits<const N: usize>(header: &[u8], at: usize) -> Result<[u8; N], TraceContextError> {
    let digit = |at: usize| match header[at] {
        digit @ b'0'..=b'9' => Ok(digit - b'0'),
        // Upper case is wrong by the rules, not by mistake.
        digit @ b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(TraceContextError(Problem::Digit(at))),
    };
    let mut bytes = [0; N];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = digit(at + 2 * index)? << 4 | digit(at + 2 * index + 1)?;
    }
    Ok(bytes)
}

fn checked(trace: [u8; 16], parent: [u8; 8], flags: u8) -> Result<TraceContext, TraceContextError> {
    match () {
        () if trace == [0; 16] => Err(TraceContextError(Problem::ZeroTrace)),
        () if parent == [0; 8] => Err(TraceContextError(Problem::ZeroParent)),
        () => Ok(TraceContext { trace, parent, flags: flags & KNOWN }),
    }
}

/// Random bytes, not all of them zero; good enough for ids, not for secrets.
///
/// std seeds its hashers from the OS once per thread and counts up; what's hashed tells processes apart that were
/// forked from one, and calls within a process.
fn random<const N: usize>() -> [u8; N] {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let mut bytes = [0; N];
    while bytes == [0; N] {
        for chunk in bytes.chunks_mut(8) {
            let mut hasher = std::hash::RandomState::new().build_hasher();
            hasher.write_u64(CALLS.fetch_add(1, Ordering::Relaxed));
            hasher.write_u32(pid());
            let time = date().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            hasher.write_u128(time.as_nanos());
            chunk.copy_from_slice(&hasher.finish().to_le_bytes()[..chunk.len()]);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_context_is_what_was_sent() {
        let context: TraceContext = GOOD.parse().expect("the W3C's example");
        assert_eq!(context.to_string(), GOOD);
        assert_eq!(TraceContext::from_bytes(&context.to_bytes()), Ok(context));
        assert_eq!(context.trace_id()[..2], [0x4b, 0xf9]);
        assert_eq!(context.parent_id()[7], 0xb7);
    }

    #[test]
    fn the_sampled_flag_is_kept_and_unknown_flags_are_not() {
        for (sent, kept) in [("00", "00"), ("01", "01"), ("02", "02"), ("03", "03"), ("ff", "03"), ("fc", "00")] {
            let context: TraceContext = format!("{}{sent}", &GOOD[..53]).parse().expect("good");
            assert_eq!(context.to_string(), format!("{}{kept}", &GOOD[..53]));
            assert_eq!(context.child().is_sampled(), context.is_sampled());
            assert_eq!(context.child().trace_id(), context.trace_id());
            assert_ne!(context.child().parent_id(), context.parent_id());
        }
    }

    #[test]
    fn later_versions_are_read_as_far_as_they_are_known() {
        for later in [format!("cc{}", &GOOD[2..]), format!("01{}-what the future brings", &GOOD[2..])] {
            assert_eq!(later.parse::<TraceContext>().map(|context| context.to_string()), Ok(GOOD.into()), "{later}");
        }
    }

    #[test]
    fn malformed_headers_are_refused_with_a_reason() {
        let zeros = |count: usize| "0".repeat(count);
        for (header, problem) in [
            (String::new(), Problem::Length(0)),
            (GOOD[..54].into(), Problem::Length(54)),
            (format!("{GOOD}-"), Problem::Extra),
            (format!("{GOOD}-extra"), Problem::Extra),
            (format!("{GOOD} "), Problem::Extra),
            (format!("01{}.extra", &GOOD[2..]), Problem::Dash(55)),
            (format!("ff{}", &GOOD[2..]), Problem::Version),
            (format!("FF{}", &GOOD[2..]), Problem::Digit(0)),
            (GOOD.to_uppercase(), Problem::Digit(4)),
            (format!("00-{}-00f067aa0ba902b7-01", zeros(32)), Problem::ZeroTrace),
            (format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", zeros(16)), Problem::ZeroParent),
            (GOOD.replace('-', "_"), Problem::Dash(2)),
            (GOOD.replace("736-", "7360"), Problem::Dash(35)),
            (format!("{}é", &GOOD[..53]), Problem::Digit(53)),
            ("ü".repeat(28), Problem::Digit(0)),
            (format!("{}0x", &GOOD[..53]), Problem::Digit(54)),
            (format!("{}+1", &GOOD[..53]), Problem::Digit(53)),
        ] {
            let refused = header.parse::<TraceContext>().expect_err(&header);
            assert_eq!(refused, TraceContextError(problem), "{header}");
            assert!(!refused.to_string().is_empty());
            assert_ne!(TraceContext::from_header(&header), TraceContext::from_header(&header), "a fresh one each time");
        }
        let message = GOOD[..54].parse::<TraceContext>().expect_err("too short").to_string();
        assert_eq!(
            message,
            "a traceparent has 55 characters, not 54: write `00-`, 32 digits, `-`, 16 digits, `-`, 2 digits, in lower case"
        );
    }

    #[test]
    fn no_bytes_panic() {
        let bytes = GOOD.parse::<TraceContext>().expect("good").to_bytes();
        for length in 0..26 {
            assert_eq!(TraceContext::from_bytes(&bytes[..length]), Err(TraceContextError(Problem::Bytes(length))));
        }
        assert!(TraceContext::from_bytes(&[bytes.as_slice(), &[0]].concat()).is_err());
        assert!(TraceContext::from_bytes(&[0; 26]).is_err());
        assert!(TraceContext::from_bytes(&[255; 26]).is_err());
        for at in 0..GOOD.len() {
            for byte in 0..=u8::MAX {
                let mut header = GOOD.as_bytes().to_vec();
                header[at] = byte;
                let _ = TraceContext::from_header(&header);
                header.truncate(at);
                let _ = TraceContext::from_header(&header);
            }
        }
    }

    #[test]
    fn fresh_contexts_differ_and_are_valid() {
        let all: std::collections::HashSet<_> = (0..1000).map(|_| TraceContext::fresh()).collect();
        assert_eq!(all.len(), 1000);
        assert!(all.iter().all(|context| context.to_string().parse() == Ok(*context)));
    }
}
