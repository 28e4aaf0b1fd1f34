//! The ways to divide runs into two sides: all of them, or as many drawn at random as one can wait for.

/// Which runs are on the new side, for each way; the first is how they were.
pub(super) fn labellings(base: usize, new: usize, most: usize) -> Vec<Vec<u32>> {
    let all = base + new;
    let truth: Vec<u32> = (base as u32..all as u32).collect();
    match ways(all, new) {
        Some(ways) if ways <= most.max(1) => {
            let mut found = vec![truth.clone()];
            let mut chosen: Vec<u32> = (0..new as u32).collect();
            loop {
                if chosen != truth {
                    found.push(chosen.clone());
                }
                if !advance(&mut chosen, all) {
                    return found;
                }
            }
        }
        _ => {
            let mut random = Random(0x9e37_79b9_7f4a_7c15);
            let mut draw = || {
                let mut runs: Vec<u32> = (0..all as u32).collect();
                for place in 0..new {
                    runs.swap(place, place + random.below(all - place));
                }
                runs.truncate(new);
                runs
            };
            std::iter::once(truth).chain((1..most.max(1)).map(|_| draw())).collect()
        }
    }
}

/// How many ways there are, if that can be counted.
pub(super) fn ways(all: usize, of: usize) -> Option<usize> {
    (0..of).try_fold(1_usize, |ways, place| Some(ways.checked_mul(all - place)? / (place + 1)))
}

/// The next subset in order; false after the last.
fn advance(chosen: &mut [u32], all: usize) -> bool {
    let size = chosen.len();
    let Some(place) = (0..size).rev().find(|&place| (chosen[place] as usize) < all - size + place) else {
        return false;
    };
    chosen[place] += 1;
    for next in place + 1..size {
        chosen[next] = chosen[next - 1] + 1;
    }
    true
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers every time, so that a diff says the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(mixed ^ (mixed >> 31)) * limit as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn all_ways_are_there_once_and_the_first_is_the_truth() {
        for (base, new) in [(1, 1), (1, 4), (3, 2), (5, 5)] {
            let found = labellings(base, new, 10_000);
            assert_eq!(Some(found.len()), ways(base + new, new), "{base} and {new}");
            assert_eq!(found.iter().collect::<HashSet<_>>().len(), found.len());
            assert_eq!(found[0], (base as u32..(base + new) as u32).collect::<Vec<_>>());
        }
        assert_eq!(ways(10, 5), Some(252));
        assert_eq!(ways(40, 20), Some(137_846_528_820));
    }

    #[test]
    fn of_too_many_ways_so_many_are_drawn_and_no_run_is_favoured() {
        let found = labellings(20, 20, 4_000);
        assert_eq!(found.len(), 4_000);
        let mut often = [0_u32; 40];
        for runs in &found {
            assert_eq!(runs.iter().collect::<HashSet<_>>().len(), 20);
            runs.iter().for_each(|&run| often[run as usize] += 1);
        }
        // Half of 4,000, give or take six standard deviations of 32.
        assert!(often.iter().all(|times| times.abs_diff(2_000) < 190), "{often:?}");
    }
}
