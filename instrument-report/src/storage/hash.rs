//! FNV-1a, 64 bits: simple enough to be computed anywhere, and the same everywhere.

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

fn fnv(from: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(from, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

/// The hash of a label.
pub(super) fn label(label: &str) -> u64 {
    fnv(BASIS, label.as_bytes())
}

/// The hash of a path whose parent has `above` (`None` for a root) and whose last label has `hash`.
pub(super) fn rolling(above: Option<u64>, hash: u64) -> u64 {
    fnv(above.unwrap_or(BASIS), &hash.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_the_published_ones() {
        // Test vectors of the algorithm's authors.
        assert_eq!(label(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(label("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(label("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn paths_with_the_same_labels_in_another_order_differ() {
        let (a, b) = (label("a"), label("b"));
        assert_ne!(rolling(Some(rolling(None, a)), b), rolling(Some(rolling(None, b)), a));
        let bytes: Vec<u8> = [a, b].iter().flat_map(|hash| hash.to_le_bytes()).collect();
        assert_eq!(rolling(Some(rolling(None, a)), b), fnv(BASIS, &bytes));
    }
}
