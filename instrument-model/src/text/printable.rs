//! Text of the program's own, as lines and tables can show it.

/// A line break, an escape sequence or a change of direction in a name must not break the table.
pub fn printable(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                out.extend(c.escape_unicode())
            }
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_breaks_a_line_or_turns_it_round_is_shown_by_its_number() {
        for (text, shown) in [
            ("a\u{200e}b\u{200f}c\u{61c}d", r"a\u{200e}b\u{200f}c\u{61c}d"),
            ("\u{202e}\u{2066}\u{2069}\u{2028}", r"\u{202e}\u{2066}\u{2069}\u{2028}"),
            ("\n\u{1b}[31m", r"\n\u{1b}[31m"),
            ("é漢🦀\u{200d}", "é漢🦀\u{200d}"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }
}
