//! Which blocks are sampled: each byte by chance, one in so many, so that a block's chance is known from its size alone.
//!
//! Bytes are numbered as they're allocated, and the next one to be sampled is drawn ahead: what lies between two has a
//! geometric distribution. A block with at least one of them is sampled, which happens with the probability
//! 1 - exp(-size / interval). As each gap is independent of what came before, the remainder of one that nobody will need may
//! be thrown away at any time.

/// How many bytes on there's the next one, at least 1, of which one in `interval` is sampled.
pub(super) fn until_next(random: &mut u64, interval: u64) -> u64 {
    if interval <= 1 {
        return 1;
    }
    let gap = -uniform(random).ln() * interval as f64;
    // What's beyond the range ends there.
    gap.ceil().max(1.0) as u64
}

/// Whether a block is sampled, where there's nothing to draw ahead for.
pub(super) fn hits(random: &mut u64, size: u64, interval: u64) -> bool {
    uniform(random) <= share(size, interval)
}

/// The probability that a block of this size is sampled.
pub(super) fn share(size: u64, interval: u64) -> f64 {
    if interval <= 1 { 1.0 } else { -(-(size as f64) / interval as f64).exp_m1() }
}

/// A number above 0, up to 1.
fn uniform(random: &mut u64) -> f64 {
    ((next(random) >> 11) + 1) as f64 / (1_u64 << 53) as f64
}

/// Marsaglia's xorshift, with a product that mixes the upper bits.
fn next(random: &mut u64) -> u64 {
    *random ^= *random >> 12;
    *random ^= *random << 25;
    *random ^= *random >> 27;
    random.wrapping_mul(0x2545_f491_4f6c_dd1d)
}

/// A state to begin with, never 0, that differs in each bit from that of a neighbouring number.
pub(super) fn seed(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ mixed >> 31) | 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_of_one_byte_samples_each() {
        let mut random = seed(1);
        assert!((0..1000).all(|_| until_next(&mut random, 1) == 1));
        assert!((1..1000).all(|size| hits(&mut random, size, 1)));
        assert_eq!(share(1, 1), 1.0);
    }

    #[test]
    fn gaps_have_the_mean_and_the_spread_of_their_distribution() {
        for interval in [2, 100, 512 * 1024] {
            let mut random = seed(interval);
            let number = 100_000;
            let gaps: Vec<f64> = (0..number).map(|_| until_next(&mut random, interval) as f64).collect();
            let mean = gaps.iter().sum::<f64>() / f64::from(number);
            // Of a geometric distribution with the share of one byte.
            let share = share(1, interval);
            let (expected, deviation) = (1.0 / share, (1.0 - share).sqrt() / share);
            assert!((mean - expected).abs() < 5.0 * deviation / f64::from(number).sqrt(), "{interval}: {mean}");
            let square = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / f64::from(number);
            assert!((square.sqrt() / deviation - 1.0).abs() < 0.05, "{interval}: {}", square.sqrt());
        }
    }

    #[test]
    fn a_block_is_hit_as_often_as_its_share_says() {
        let mut random = seed(3);
        for size in [10, 1000, 5000] {
            let hit = (0..100_000).filter(|_| hits(&mut random, size, 1000)).count() as f64;
            let share = share(size, 1000);
            let error = (hit - 1e5 * share).abs() / (1e5 * share * (1.0 - share)).sqrt();
            assert!(error < 5.0, "{size}: {hit} of 100000, {error} standard errors off");
        }
    }
}
