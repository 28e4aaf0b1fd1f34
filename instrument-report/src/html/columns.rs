//! Columns of JSON: a figure of each node, one after the other. What's absent is `null`, never 0.

use instrument_model::histogram::Histogram;
use instrument_model::json::{self, Writer};
use instrument_model::text::printable;
use instrument_model::{NodeRef, Scale, Times};

/// A column of texts, as they can be shown.
pub(super) fn texts<'a>(out: &mut Writer<'_>, name: &str, texts: impl Iterator<Item = &'a str>) {
    out.key(name);
    let mut texts = texts;
    out.array(&mut |out| texts.by_ref().for_each(|text| out.string(&printable(text))));
}

/// A column of whole numbers; what isn't there is `null`.
pub(super) fn wholes(out: &mut Writer<'_>, name: &str, wholes: impl Iterator<Item = Option<u64>>) {
    out.key(name);
    let mut wholes = wholes;
    out.array(&mut |out| {
        wholes.by_ref().for_each(|whole| match whole {
            Some(whole) => out.whole(whole),
            None => out.null(),
        });
    });
}

/// A column of numbers; what isn't there is `null`.
pub(super) fn numbers(out: &mut Writer<'_>, name: &str, numbers: impl Iterator<Item = Option<f64>>) {
    out.key(name);
    let mut numbers = numbers;
    out.array(&mut |out| numbers.by_ref().for_each(|number| out.number(number.unwrap_or(f64::NAN))));
}

/// A column of distributions, each a text.
pub(super) fn histograms<'a>(out: &mut Writer<'_>, name: &str, histograms: impl Iterator<Item = &'a Histogram>) {
    out.key(name);
    let mut histograms = histograms;
    out.array(&mut |out| histograms.by_ref().for_each(|histogram| out.string(&packed(histogram))));
}

/// The counts of buckets from the lowest on, with −*n* for *n* empty ones: as recordings have it, without the brackets.
pub(super) fn packed(histogram: &Histogram) -> String {
    String::from_utf8_lossy(&json::written(histogram)).trim_matches(['[', ']']).to_owned()
}

/// Whether only components observe it: it has no time, which isn't none.
pub(super) fn has_time(node: &NodeRef<'_>) -> bool {
    !crate::functions::is_untimed(node)
}

/// Nanoseconds of the time that a share of some calls didn't exceed; `None` where their distribution isn't kept.
pub(super) fn quantile(times: &Times, scale: Scale, q: f64) -> Option<u64> {
    times.quantile(q).map(|ticks| scale.nanos(ticks))
}

/// Nanoseconds of the mean.
pub(super) fn mean(times: &Times, scale: Scale) -> Option<u64> {
    (times.count > 0).then(|| scale.nanos_f64(times.mean()).round() as u64)
}

/// Nanoseconds of the deviation; `None` where what it takes isn't kept.
pub(super) fn deviation(times: &Times, scale: Scale) -> Option<u64> {
    let is_kept = times.count > 0 && (times.squares > 0 || times.sum == 0);
    is_kept.then(|| scale.nanos_f64(times.deviation()).round() as u64)
}

/// Nanoseconds of the extremes.
pub(super) fn extremes(times: &Times, scale: Scale) -> (Option<u64>, Option<u64>) {
    let some = |ticks| (times.count > 0).then(|| scale.nanos(ticks));
    (some(times.min()), some(times.max()))
}
