//! How long a tick is, and when its clock and the system's parted: by *windows* of time, never by two clocks' whole lives.
//!
//! A [`Pair`] is both clocks at one moment, and two pairs make a window. Machines sleep, are paused and moved, and then one
//! clock goes on without the other, or begins anew. So a window counts as evidence only where both clocks agree about it,
//! at the rate that's known; the others are [`Parting`]s, which are kept and told. A rate is known from windows so far, or
//! the machine states it, or else the two clocks are watched for a millisecond. A window that doesn't fit is no proof that
//! the rate was right: the clocks are watched once more, a little longer, and that decides.
//!
//! The scale is *sticky*: a new one replaces the one in use only when it rests on 100 times the evidence or when the
//! two have drifted apart (the kernel disciplines its clock). Intervals are differences of converted values, so while
//! the scale stands, intervals add up to their whole exactly.

use instrument_model::Scale;
use instrument_model::data::Parting;
use std::time::Duration;

/// Both clocks at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Pair {
    pub(super) ticks: u64,
    /// By the system's monotonic clock.
    pub(super) nanos: u64,
    /// By the calendar's, which is asked where the monotonic one stands still.
    pub(super) date: u64,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Windows {
    /// Nanoseconds a tick, as the machine states it.
    stated: Option<f64>,
    /// Where the window under way begins.
    last: Pair,
    /// Moments since then, to tell more exactly when the clocks parted if they did.
    between: [Pair; MOST_BETWEEN],
    noted: usize,
    /// Of the windows in which both agreed: ticks, and nanoseconds.
    agreed: (f64, f64),
    /// Nanoseconds a tick as they were watched, for want of better.
    watched: Option<f64>,
    /// The scale, and the nanoseconds that it rests on.
    in_use: Option<(Scale, f64)>,
    /// What makes positions of ticks: [`Parting::from`], and the like. A counter that began anew goes on where it was.
    pub(super) offset: u64,
    /// The offset before the counter began anew.
    pub(super) offset_before: u64,
    partings: Vec<Parting>,
}

const MOST_BETWEEN: usize = 64;
/// Partings that are kept apart: what's above is put together with the last.
const MOST_PARTINGS: usize = 64;

/// Below this much evidence the scale in use is provisional.
const PROVISIONAL: f64 = 10e6;
const MORE_EVIDENCE: f64 = 100.0;
const DRIFT: f64 = 5e-6;
/// A pair's error is the time that a reading takes, and a rate's is that over the time that it was watched: 20 in a million here.
const SHORT: Duration = Duration::from_millis(1);
const LONGER: Duration = Duration::from_millis(10);
/// Two clocks that are disciplined, or whose frequency was stated, don't differ by more than one in so many.
const PLAUSIBLE: f64 = 1e-3;
/// What's less isn't a parting: nobody pauses a machine for so short a time, while a reading may well be interrupted. What
/// matters in a window is more, since shorter ones aren't judged.
const LEAST: f64 = 100e3;

impl Windows {
    pub(super) fn new(start: Pair, stated: Option<f64>) -> Windows {
        let offset = start.ticks.wrapping_neg();
        Windows {
            stated,
            last: start,
            between: [Pair::default(); MOST_BETWEEN],
            noted: 0,
            agreed: (0.0, 0.0),
            watched: None,
            in_use: None,
            offset,
            offset_before: offset,
            partings: Vec::new(),
        }
    }

    /// Notes how both clocks stand; says whether every other note had to go. Never allocates.
    pub(super) fn note(&mut self, pair: Pair) -> bool {
        let is_full = self.noted == MOST_BETWEEN;
        if is_full {
            self.noted /= 2;
            (0..self.noted).for_each(|at| self.between[at] = self.between[2 * at + 1]);
        }
        self.between[self.noted] = pair;
        self.noted += 1;
        is_full
    }

    /// Looks how the clocks have gone since the last time. `pair` takes a pair after so much time.
    pub(super) fn look(&mut self, pair: &mut dyn FnMut(Duration) -> Pair) -> Pair {
        let mut now = pair(Duration::ZERO);
        if self.rate().is_none() {
            self.note(now);
            let begin = std::mem::replace(&mut now, pair(SHORT));
            self.watched = rate_between(begin, now);
        }
        if self.rate().is_some() {
            let mut watched = None;
            for at in 0..self.noted {
                self.window(self.between[at], &mut watched, pair);
            }
            self.noted = 0;
            self.window(now, &mut watched, pair);
            self.choose();
        }
        now
    }

    /// The scale to read with.
    pub(super) fn scale(&self) -> Scale {
        self.in_use.map_or(Scale::NANOSECONDS, |(scale, _)| scale)
    }

    /// The scale, if it's as good as it gets, and was looked at less than a second ago.
    pub(super) fn settled(&self, ticks: u64) -> Option<Scale> {
        let (scale, evidence) = self.in_use?;
        let since = scale.nanos(ticks.wrapping_sub(self.last.ticks));
        (evidence >= PROVISIONAL * MORE_EVIDENCE && since < 1_000_000_000).then_some(scale)
    }

    pub(super) fn partings(&self) -> &[Parting] {
        &self.partings
    }

    /// Ticks since the start, by the counter and what it lacks since it began anew.
    pub(super) fn position(&self, ticks: u64) -> u64 {
        ticks.wrapping_add(self.offset)
    }

    /// Nanoseconds a tick.
    fn rate(&self) -> Option<f64> {
        let (ticks, nanos) = self.agreed;
        let of_windows = |least: f64| (nanos >= least).then(|| nanos / ticks);
        of_windows(PROVISIONAL).or(self.stated).or(of_windows(SHORT.as_nanos() as f64)).or(self.watched)
    }

    /// Judges the window up to `next`, which begins the following one.
    fn window(&mut self, next: Pair, watched: &mut Option<Option<f64>>, pair: &mut dyn FnMut(Duration) -> Pair) {
        let Some(rate) = self.rate() else { return };
        let ticks = next.ticks.wrapping_sub(self.last.ticks).cast_signed();
        let nanos = next.nanos.saturating_sub(self.last.nanos) as f64;
        if nanos.max(ticks as f64 * rate) < SHORT.as_nanos() as f64 {
            return; // it becomes part of the next
        }
        if agree(ticks as f64, nanos, rate) {
            return self.agree(next, ticks as f64, nanos);
        }
        let watched = *watched.get_or_insert_with(|| {
            let begin = pair(Duration::ZERO);
            rate_between(begin, pair(LONGER))
        });
        let other = watched.filter(|watched| (watched / rate - 1.0).abs() > PLAUSIBLE);
        // The rate was wrong if it was stated or watched for a moment; if it's that of many windows, it has changed.
        let was_known = self.agreed.1 >= PROVISIONAL;
        if let Some(other) = other {
            (self.stated, self.watched, self.agreed) = (None, Some(other), (0.0, 0.0));
            if !was_known && agree(ticks as f64, nanos, other) {
                return self.agree(next, ticks as f64, nanos);
            }
        }
        self.part(next, ticks, nanos / if was_known { rate } else { other.unwrap_or(rate) });
    }

    fn agree(&mut self, next: Pair, ticks: f64, nanos: f64) {
        self.agreed.0 += ticks;
        self.agreed.1 += nanos;
        // Of the last hours: a clock's rate changes with its temperature.
        if self.agreed.1 > 3600e9 {
            self.agreed.0 /= 2.0;
            self.agreed.1 /= 2.0;
        }
        self.last = next;
    }

    /// The clocks parted: the counter went `ticks` while by the system's clock it'd have been `passed`.
    fn part(&mut self, next: Pair, ticks: i64, passed: f64) {
        let from = self.position(self.last.ticks);
        if ticks < 0 {
            self.offset_before = self.offset;
            self.offset = from.wrapping_add(passed as u64).wrapping_sub(next.ticks);
        }
        self.last = next;
        let to = self.position(next.ticks);
        let parting = Parting { from, to, counted: u64::try_from(ticks).unwrap_or(0), passed: passed as u64 };
        let is_full = self.partings.len() == MOST_PARTINGS;
        match self.partings.last_mut() {
            // One window after the other in which it stood still: it's still the same.
            Some(last) if is_full || (last.to == from && last.stood_still() == parting.stood_still()) => {
                *last = last.with(parting);
            }
            _ => self.partings.push(parting),
        }
    }

    /// Takes a better scale into use, if there's one.
    fn choose(&mut self) {
        let Some(new) = self.rate().and_then(|rate| Scale::from_ratio(rate, 1.0)) else { return };
        let evidence = self.agreed.1.max(SHORT.as_nanos() as f64);
        let stays = self.in_use.is_some_and(|(scale, old)| {
            let drift = (new.to_bits() as f64 / scale.to_bits() as f64 - 1.0).abs();
            new == scale || (old >= PROVISIONAL && evidence < old * MORE_EVIDENCE && drift <= DRIFT)
        });
        if !stays {
            self.in_use = Some((new, evidence));
        }
    }
}

/// Whether both clocks have gone on together.
fn agree(ticks: f64, nanos: f64, rate: f64) -> bool {
    let counted = ticks * rate;
    (nanos - counted).abs() <= f64::max(LEAST, PLAUSIBLE * nanos.max(counted))
}

/// Nanoseconds a tick, by the system's clock or, where that stands still, the calendar's; of no frequency that any counter
/// has, none.
fn rate_between(begin: Pair, end: Pair) -> Option<f64> {
    let ticks = end.ticks.wrapping_sub(begin.ticks) as f64;
    let rate = |begin: u64, end: u64| Some(end.saturating_sub(begin) as f64 / ticks).filter(|rate| is_plausible(*rate));
    rate(begin.nanos, end.nanos).or_else(|| rate(begin.date, end.date))
}

/// From 1 MHz to 20 GHz.
pub(super) fn is_plausible(rate: f64) -> bool {
    (0.05..=1000.0).contains(&rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two clocks that a test lets go.
    struct Machine {
        now: Pair,
        /// Ticks a nanosecond.
        frequency: u64,
        /// What's measured of it, as the timeline does.
        windows: Windows,
        stands_still: bool,
    }

    const SECOND: u64 = 1_000_000_000;

    impl Machine {
        fn new(stated: Option<f64>) -> Machine {
            let now = Pair { ticks: 5_000_000_000_000, nanos: 7_000, date: SECOND };
            Machine { now, frequency: 2, windows: Windows::new(now, stated), stands_still: false }
        }

        fn run(&mut self, nanos: u64) {
            self.now.ticks = self.now.ticks.wrapping_add(nanos * self.frequency);
            self.now.date += nanos;
            self.now.nanos += if self.stands_still { 0 } else { nanos };
        }

        fn look(&mut self) {
            let Machine { now, frequency, stands_still, windows } = self;
            windows.look(&mut |time| {
                let nanos = time.as_nanos() as u64;
                now.ticks += nanos * *frequency;
                now.date += nanos;
                now.nanos += if *stands_still { 0 } else { nanos };
                *now
            });
        }

        /// Nanoseconds of 2,000 ticks.
        fn thousand(&self) -> u64 {
            self.windows.scale().nanos(2_000)
        }

        /// The partings' gaps in nanoseconds, negative where the system's clock stood still.
        fn gaps(&self) -> Vec<i64> {
            let gap = |parting: &Parting| {
                let nanos = self.windows.scale().nanos(parting.gap()).cast_signed();
                if parting.stood_still() { -nanos } else { nanos }
            };
            self.windows.partings().iter().map(gap).collect()
        }
    }

    /// To a thousandth.
    #[track_caller]
    fn assert_near(found: &[i64], expected: &[i64]) {
        let near = |(found, expected): (&i64, &i64)| (found - expected).abs() <= expected.abs() / 1000;
        assert!(found.len() == expected.len() && found.iter().zip(expected).all(near), "{found:?}, not {expected:?}");
    }

    /// Whatever is stated, be it right, wrong or nothing.
    const STATED: [Option<f64>; 3] = [None, Some(0.5), Some(0.3)];

    #[test]
    fn clocks_that_go_on_together_never_part() {
        for stated in STATED {
            let mut machine = Machine::new(stated);
            for step in 0..2_000_u64 {
                machine.run(step * step * 37);
                // Somebody disciplines the clock by up to 500 in a million, and readings are up to 30 µs late.
                machine.now.nanos += step * step * 37 * (step % 500) / 1_000_000;
                match step % 3 {
                    0 => machine.look(),
                    _ => {
                        let nanos = machine.now.nanos + step % 7 * 5_000;
                        machine.windows.note(Pair { nanos, ..machine.now });
                    }
                }
            }
            assert_eq!(machine.windows.partings(), []);
            assert!(machine.thousand().abs_diff(1_000) <= 1, "{}", machine.thousand());
        }
    }

    #[test]
    fn a_clock_that_stood_still_or_went_ahead_leaves_the_scale_and_is_told() {
        // Ticks and nanoseconds that one clock goes on without the other.
        for (ticks, nanos) in [(20 * SECOND, 0), (0, 60 * SECOND), (0, 3 * SECOND / 1000)] {
            let gap = nanos.cast_signed() - (ticks / 2).cast_signed();
            for stated in STATED {
                // Looked at before, or noted on a cold path, or neither.
                for before in 0..3 {
                    let mut machine = Machine::new(stated);
                    machine.run(SECOND);
                    match before {
                        0 => machine.look(),
                        1 => _ = machine.windows.note(machine.now),
                        _ => {}
                    }
                    machine.now.ticks += ticks;
                    machine.now.nanos += nanos;
                    machine.run(SECOND);
                    machine.look();
                    assert_eq!(machine.thousand(), 1_000, "{gap}, {stated:?}, {before}");
                    assert_near(&machine.gaps(), &[gap]);
                    // And that's all that's ever said of it.
                    (0..100).for_each(|_| {
                        machine.run(SECOND);
                        machine.look();
                    });
                    assert_near(&machine.gaps(), &[gap]);
                    assert_eq!(machine.thousand(), 1_000);
                }
            }
        }
    }

    #[test]
    fn when_they_parted_is_known_as_exactly_as_it_was_noted() {
        let mut machine = Machine::new(None);
        for step in 0..200 {
            if step == 150 {
                machine.now.nanos += 60 * SECOND;
            }
            machine.run(SECOND / 100);
            machine.windows.note(machine.now);
        }
        machine.look();
        let [parting] = machine.windows.partings() else { panic!("{:?}", machine.windows.partings()) };
        let at = 150 * SECOND / 100 * 2;
        assert!(parting.from <= at && at < parting.to, "{parting:?} is about {at}");
        // Of 200 notes that were a hundredth of a second apart 64 are kept, at most.
        assert!(parting.to - parting.from <= 8 * SECOND / 100 * 2, "{parting:?}");
    }

    #[test]
    fn while_the_systems_clock_stands_still_the_scale_is_what_it_was_and_that_is_one_parting() {
        for stated in [None, Some(0.5)] {
            let mut machine = Machine::new(stated);
            machine.stands_still = true;
            for _ in 0..10 {
                machine.run(SECOND);
                machine.look();
                assert_eq!(machine.thousand(), 1_000, "by the calendar's clock, if need be");
            }
            machine.stands_still = false;
            machine.run(SECOND);
            machine.look();
            // And each look takes a hundredth, or less.
            let gap = machine.gaps()[0];
            assert!(machine.gaps().len() == 1 && (-10_200_000_000..=-9_990_000_000).contains(&gap), "{:?}", machine.gaps());
        }
    }

    #[test]
    fn a_counter_that_begins_anew_goes_on_where_it_was() {
        let mut machine = Machine::new(None);
        machine.run(SECOND);
        machine.look();
        let (before, ticks) = (machine.windows.position(machine.windows.last.ticks), machine.windows.last.ticks);
        machine.now.ticks = 1_000;
        machine.run(SECOND);
        machine.look();
        let after = machine.windows.position(machine.windows.last.ticks);
        assert_near(&[(after - before).cast_signed()], &[2 * SECOND.cast_signed()]);
        assert_eq!(ticks.wrapping_add(machine.windows.offset_before), before);
        assert_eq!(machine.thousand(), 1_000);
        let [parting] = machine.windows.partings() else { panic!("{:?}", machine.windows.partings()) };
        assert_eq!((parting.counted, parting.from), (0, before));
        assert!(parting.may_be_in(0, 0), "what was open meanwhile counted nothing");
    }

    #[test]
    fn a_counter_that_goes_on_at_another_rate_is_told_and_its_new_rate_counts() {
        let mut machine = Machine::new(Some(0.5));
        machine.run(SECOND);
        machine.look();
        machine.frequency = 3;
        machine.run(SECOND);
        machine.look();
        assert_eq!((machine.windows.partings().len(), machine.windows.scale().nanos(3_000)), (1, 1_000));
    }

    #[test]
    fn partings_without_end_are_put_together() {
        let mut machine = Machine::new(None);
        for _ in 0..1_000 {
            machine.run(SECOND);
            machine.look();
            machine.now.nanos += SECOND;
            machine.run(SECOND);
            machine.look();
        }
        let gaps = machine.gaps();
        assert_eq!(gaps.len(), MOST_PARTINGS);
        assert_near(&[gaps.iter().sum()], &[1_000 * SECOND.cast_signed()]);
    }
}
