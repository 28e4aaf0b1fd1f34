//! The known word that a misspelt one was meant to be.

/// The nearest of `known`, if it's near enough to be worth a suggestion: a slip or two away, or the beginning of it.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distances = known.into_iter().map(|known| (slips(word, known), known));
    // Two slips in a word of three letters make another word.
    let near = distances.filter(|&(slips, known)| {
        let letters = known.rsplit('_').next().unwrap_or(known).chars().count();
        slips <= (letters / 3).min(2) || is_beginning(word, known)
    });
    near.min_by_key(|&(slips, _)| slips).map(|(_, known)| known)
}

fn is_beginning(word: &str, known: &str) -> bool {
    let last = word.rsplit('_').next().unwrap_or(word);
    last.chars().count() >= 3 && known.starts_with(word)
}

/// How many letters have to be changed, put in, taken out or swapped with the next one.
fn slips(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    // Far apart anyway, and a value can be of any length.
    if from.len().abs_diff(to.len()) > 2 {
        return usize::MAX;
    }
    let mut rows = vec![(0..=to.len()).collect::<Vec<usize>>()];
    for (i, &a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &b) in to.iter().enumerate() {
            let mut best = (rows[i][j] + usize::from(a != b)).min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a == to[j - 1] && from[i - 1] == b {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_forgiven_another_word_is_not() {
        let known = ["avg", "count", "percent", "stderr", "INSTRUMENT_UNIT"];
        for (word, meant) in [
            ("av", Some("avg")),
            ("a", None),
            ("avgg", Some("avg")),
            ("cuont", Some("count")),
            ("precnet", Some("percent")),
            ("perc", Some("percent")),
            ("INSTRUMENT_UNTI", Some("INSTRUMENT_UNIT")),
            ("INSTRUMENT_UN", None),
            ("INSTRUMENT_KEY", None),
            ("discount", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
    }
}
