//! What a server tells its client about a run: small, in one line of ASCII, and read without trust.
//!
//! ```text
//! 1;12300000;handle%20batch;0;1,4000000,parse;1,8300000,store
//! version;nanoseconds;title;steps left out;depth,nanoseconds,label;…
//! ```
//!
//! Before nanoseconds in which the clocks may have parted there's a `~`.

use super::block::{Block, Kind};
use crate::time::Bearings;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Steps that a summary has at most; those behind them are counted.
const MOST_STEPS: usize = 64;
/// Characters of a title or label, at most.
const LONGEST: usize = 80;
/// Bytes of a summary that's taken for one: what's above the longest one that we write is none of ours.
const MOST_BYTES: usize = 64 * 1024;
const DEEPEST: usize = 8;

/// A finished run as a remote caller needs it: its duration and its steps, by this machine's clock.
///
/// Its text is one line of printable ASCII without quotes or backslashes, so it fits into a header, a line of a
/// protocol or a JSON string; with at most 64 steps it's some kilobytes long at most. A text from a stranger may be
/// anything: it's an error then, and never a panic.
///
/// ```
/// use instrument_core::{Profiler, RemoteSummary};
///
/// let server = Profiler::new("handle the batch").sink(|_| {});
/// server.mark("parse");
/// let sent = server.summarize().map(|summary| summary.to_string()).unwrap_or_default();
/// // … on the client:
/// let received: Result<RemoteSummary, _> = sent.parse();
/// # assert_eq!(received.map(|summary| summary.title().to_owned()), Ok("handle the batch".to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteSummary {
    pub(super) title: String,
    pub(super) time: Time,
    pub(super) steps: Vec<Step>,
    pub(super) omitted: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// 1 for the run's own steps.
    pub(super) depth: usize,
    pub(super) time: Time,
    pub(super) label: String,
}

/// Nanoseconds, and whether the clocks may have parted in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) nanos: u64,
    pub(super) is_vague: bool,
}

impl Time {
    fn between(from: u64, to: u64, bearings: &Bearings) -> Time {
        let nanos = bearings.scale.nanos(to.saturating_sub(from));
        Time { nanos, is_vague: bearings.are_vague(from, to) }
    }

    fn read(text: Option<&str>) -> Option<Time> {
        let digits = text?.strip_prefix('~');
        Some(Time { nanos: number(digits.or(text))?, is_vague: digits.is_some() })
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.is_vague { "~" } else { "" }, self.nanos)
    }
}

impl RemoteSummary {
    pub(super) fn of(block: &Block, bearings: &Bearings) -> Self {
        let mut summary = RemoteSummary {
            title: shortened(&block.title),
            time: Time::between(block.start, block.end, bearings),
            steps: Vec::new(),
            omitted: 0,
        };
        summary.take(block, bearings, 1);
        summary
    }

    fn take(&mut self, block: &Block, bearings: &Bearings, depth: usize) {
        self.omitted += block.lost;
        let mut last = block.start;
        let mut nested = Vec::new();
        for (entry, label) in block.entries() {
            if let Kind::Nested(inner) = &entry.kind {
                nested.push(inner);
                continue;
            }
            self.add(depth, Time::between(last, entry.at, bearings), label);
            last = entry.at;
            for inner in nested.drain(..) {
                self.add(depth + 1, Time::between(inner.start, inner.end, bearings), &format!("[{}]", inner.title));
                self.take(inner, bearings, depth + 2);
            }
        }
    }

    fn add(&mut self, depth: usize, time: Time, label: &str) {
        if self.steps.len() < MOST_STEPS && depth <= DEEPEST {
            self.steps.push(Step { depth, time, label: shortened(label) });
        } else {
            self.omitted += 1;
        }
    }

    /// What the run was called.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// How long it took, by the clock of the machine that it ran on.
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::from_nanos(self.time.nanos)
    }

    /// Whether the clocks of that machine may have parted meanwhile, so that nobody knows exactly.
    #[must_use]
    pub fn may_contain_parting(&self) -> bool {
        self.time.is_vague
    }
}

fn shortened(label: &str) -> String {
    match label.char_indices().nth(LONGEST) {
        Some((end, _)) => label[..end].to_owned(),
        None => label.to_owned(),
    }
}

impl fmt::Display for RemoteSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1;{};{};{}", self.time, Encoded(&self.title), self.omitted)?;
        self.steps.iter().try_for_each(|step| write!(f, ";{},{},{}", step.depth, step.time, Encoded(&step.label)))
    }
}

/// With everything but letters, digits and a few signs as `%xx`.
struct Encoded<'a>(&'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.bytes().try_for_each(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b':' | b'(' | b')' | b'[' | b']' => {
                write!(f, "{}", char::from(byte))
            }
            byte => write!(f, "%{byte:02x}"),
        })
    }
}

/// Why a text isn't a summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteSummaryError(Problem);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    TooLong(usize),
    Version,
    Malformed(&'static str),
}

impl fmt::Display for RemoteSummaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Problem::TooLong(bytes) => write!(f, "a summary has at most {MOST_BYTES} bytes, not {bytes}"),
            Problem::Version => {
                f.write_str("not a summary of version 1: both sides need versions of `instrument` that fit")
            }
            Problem::Malformed(part) => {
                write!(f, "the summary's {part} can't be read: was it cut or changed on its way?")
            }
        }
    }
}

impl std::error::Error for RemoteSummaryError {}

impl FromStr for RemoteSummary {
    type Err = RemoteSummaryError;

    fn from_str(text: &str) -> Result<Self, RemoteSummaryError> {
        read(text).map_err(RemoteSummaryError)
    }
}

fn read(text: &str) -> Result<RemoteSummary, Problem> {
    if text.len() > MOST_BYTES {
        return Err(Problem::TooLong(text.len()));
    }
    let mut parts = text.split(';');
    if parts.next() != Some("1") {
        return Err(Problem::Version);
    }
    let time = Time::read(parts.next()).ok_or(Problem::Malformed("duration"))?;
    let title = decoded(parts.next()).ok_or(Problem::Malformed("title"))?;
    let omitted = number(parts.next()).ok_or(Problem::Malformed("number of steps left out"))?;
    let steps = parts.map(step).collect::<Option<Vec<_>>>().filter(|steps| steps.len() <= MOST_STEPS);
    Ok(RemoteSummary { title, time, steps: steps.ok_or(Problem::Malformed("list of steps"))?, omitted })
}

fn step(text: &str) -> Option<Step> {
    let mut parts = text.split(',');
    let depth = parts.next()?.parse().ok().filter(|depth| (1..=DEEPEST).contains(depth))?;
    let step = Step { depth, time: Time::read(parts.next())?, label: decoded(parts.next())? };
    parts.next().is_none().then_some(step)
}

/// Not `str::parse` alone, which takes a `+`.
fn number(text: Option<&str>) -> Option<u64> {
    text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
}

fn decoded(text: Option<&str>) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text?.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        bytes.push(if byte == b'%' { digit(rest.next())? << 4 | digit(rest.next())? } else { byte });
    }
    String::from_utf8(bytes).ok().filter(|label| label.chars().count() <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanoseconds() -> Bearings {
        Bearings { scale: instrument_model::Scale::NANOSECONDS, partings: Vec::new() }
    }

    fn summary() -> RemoteSummary {
        let mut block = Block::new("handle; \"é\"\n".into(), 100);
        let mut inner = Block::new("inner".into(), 110);
        inner.end = 120;
        block.add(120, "", Kind::Nested(Box::new(inner)));
        block.add(150, "parse, 100 %", Kind::Mark);
        block.end = 200;
        RemoteSummary::of(&block, &nanoseconds())
    }

    #[test]
    fn a_summary_is_what_was_sent() {
        let text = summary().to_string();
        assert_eq!(text, "1;100;handle%3b%20%22%c3%a9%22%0a;0;1,50,parse%2c%20100%20%25;2,10,[inner]");
        assert_eq!(text.parse(), Ok(summary()));
        let marked = text.replace(",50,", ",~50,").replace("1;100", "1;~100");
        let vague: RemoteSummary = marked.parse().expect("what's written where clocks part");
        assert_eq!((vague.duration(), vague.may_contain_parting()), (Duration::from_nanos(100), true));
        assert_eq!((vague.steps[0].time.is_vague, vague.steps[1].time.is_vague), (true, false));
        assert_eq!(vague.to_string(), marked);
    }

    #[test]
    fn the_longest_summary_that_is_written_is_read() {
        let mut block = Block::new("é".repeat(1000).into(), 0);
        (0..1000).for_each(|at| block.add(at, &"\u{10ffff}".repeat(1000), Kind::Mark));
        let summary = RemoteSummary::of(&block, &nanoseconds());
        assert_eq!(summary.steps.len(), MOST_STEPS);
        assert_eq!(summary.omitted, 1000 - 64);
        assert!(summary.to_string().len() <= MOST_BYTES, "{}", summary.to_string().len());
        assert_eq!(summary.to_string().parse(), Ok(summary));
    }

    #[test]
    fn a_strangers_text_is_an_error_and_never_a_panic() {
        let long = "1;2;x;0;".to_owned() + &"9".repeat(MOST_BYTES);
        let many = "1;2;x;0".to_owned() + &";1,2,x".repeat(MOST_STEPS + 1);
        for text in [
            "",
            "2;1;x;0",
            "1",
            "1;x;x;0",
            "1;-1;x;0",
            "1;+1;x;0",
            "1;~;x;0",
            "1;~~1;x;0",
            "1;99999999999999999999;x;0",
            "1;1;%;0",
            "1;1;%f;0",
            "1;1;%ff;0",
            "1;1;x",
            "1;1;x;0;",
            "1;1;x;0;1,2",
            "1;1;x;0;0,2,x",
            "1;1;x;0;9,2,x",
            "1;1;x;0;1,2,x,y",
            &long,
            &many,
        ] {
            assert!(text.parse::<RemoteSummary>().is_err(), "{text}");
        }
        let good = summary().to_string();
        for at in 0..good.len() {
            let _ = good[..at].parse::<RemoteSummary>();
            for byte in 0..128_u8 {
                let _ = format!("{}{}{}", &good[..at], char::from(byte), &good[at + 1..]).parse::<RemoteSummary>();
            }
        }
        assert_eq!(
            long.parse::<RemoteSummary>(),
            Err(RemoteSummaryError(Problem::TooLong(long.len()))),
            "isn't looked at"
        );
        let cut = good[..6].parse::<RemoteSummary>().expect_err("cut").to_string();
        assert_eq!(cut, "the summary's number of steps left out can't be read: was it cut or changed on its way?");
    }
}
