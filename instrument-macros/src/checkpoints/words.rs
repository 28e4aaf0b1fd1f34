//! A statement's first words, spaced as people write them.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// Characters that a label has at most.
const LONGEST: usize = 32;

/// The first words, with `…` for what follows.
pub fn first_words(statement: TokenStream) -> String {
    let mut words = Words { text: String::new(), glued: true };
    words.all(statement);
    let text = words.text.trim();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

struct Words {
    text: String,
    /// What comes next follows without a space.
    glued: bool,
}

impl Words {
    fn all(&mut self, tokens: TokenStream) {
        for token in tokens {
            // Enough to be cut.
            if self.text.chars().count() > LONGEST {
                return;
            }
            self.one(token);
        }
    }

    fn one(&mut self, token: TokenTree) {
        match token {
            TokenTree::Group(group) => {
                let (open, close, space) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")", false),
                    Delimiter::Bracket => ("[", "]", false),
                    Delimiter::Brace => ("{", "}", true),
                    Delimiter::None => ("", "", true),
                };
                let after_a_word = self.text.ends_with(|c: char| c.is_alphanumeric() || "_!>)]".contains(c));
                self.push(open, !space && after_a_word, !space || group.stream().is_empty());
                self.all(group.stream());
                self.push(close, !space || group.stream().is_empty(), false);
            }
            TokenTree::Punct(punct) => {
                let sign = punct.as_char();
                let binds_left = ".,;:?!".contains(sign) || self.glued;
                let binds_right = ".&*!'#:".contains(sign) || punct.spacing() == Spacing::Joint;
                // A single colon separates, two of them join; and `!` after a name is a macro's.
                let path = sign == ':' && (punct.spacing() == Spacing::Joint || self.text.ends_with(':'));
                let separates = sign == ':' && !path;
                self.push(sign.encode_utf8(&mut [0; 4]), binds_left, binds_right && !separates);
            }
            TokenTree::Ident(word) => self.push(&word.to_string(), false, false),
            TokenTree::Literal(literal) => self.push(&literal.to_string(), false, false),
        }
    }

    fn push(&mut self, text: &str, binds_left: bool, binds_right: bool) {
        if !self.glued && !binds_left {
            self.text.push(' ');
        }
        self.text.push_str(text);
        self.glued = binds_right;
    }
}

#[cfg(test)]
mod tests {
    use super::first_words;

    #[test]
    fn labels_read_as_the_statement_does() {
        for (statement, words) in [
            ("let x = parse(input)?;", "let x = parse(input)?;"),
            ("self.cache.insert(key, value);", "self.cache.insert(key, value);"),
            ("std::fs::read(&path)", "std::fs::read(&path)"),
            ("println!(\"{x}\");", "println!(\"{x}\");"),
            ("let v: Vec<u8> = vec![1, 2];", "let v: Vec < u8 > = vec![1, 2];"),
            ("for number in numbers { sum += number?; }", "for number in numbers { sum += n…"),
            ("return;", "return;"),
        ] {
            assert_eq!(first_words(statement.parse().unwrap_or_default()), words, "{statement}");
        }
    }
}
