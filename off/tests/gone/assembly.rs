//! Assembly without what names carry: labels, hashes, and the order that follows from hashes.

use std::collections::HashMap;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The program's assembly, such that two programs that differ in nothing but their names have the same.
///
/// Labels are numbered as they appear, hashes in symbols go, and `own`, the program's name, is written as `program`.
/// The compiler orders functions by their hashes, so they are ordered by their text. Instructions and data stay as
/// they are.
pub fn normalised(assembly: &str, own: &str) -> String {
    let mut chunks: Vec<Vec<Vec<Token>>> = vec![Vec::new()];
    for line in assembly.lines() {
        // The compiler's file name: nothing but a hash.
        if line.trim_start().starts_with(".file") {
            continue;
        }
        if line.trim_start().starts_with(".section") {
            chunks.push(Vec::new());
        }
        let line = tokens(line, own);
        chunks.last_mut().expect("never empty").push(line);
    }
    // What a label stands for is the text of the chunk that it's in, and the place there. That text has labels in it, which
    // stand for something in their turn: a few rounds tell apart all chunks that differ in what they refer to.
    let mut meanings = HashMap::new();
    for _ in 0..4 {
        let meaning_of = |label: &str| meanings.get(label).copied().unwrap_or(0);
        chunks.sort_by_cached_key(|chunk| print(chunk, meaning_of));
        meanings = chunks.iter().flat_map(|chunk| definitions(chunk, &print(chunk, meaning_of))).collect();
    }

    let mut numbers = HashMap::new();
    chunks.iter().map(|chunk| print(chunk, |label| next(&mut numbers, label))).collect()
}

/// The labels that a chunk defines, and what they stand for.
fn definitions(chunk: &[Vec<Token>], text: &str) -> Vec<(String, usize)> {
    let defined = chunk.iter().enumerate().filter_map(|(place, line)| match line.as_slice() {
        [before @ .., Token::Label(label), Token::Other(colon)] if colon == ":" => {
            let nothing = before.iter().all(|token| matches!(token, Token::Other(text) if text.is_empty()));
            nothing.then(|| (label.clone(), meaning(text, place)))
        }
        _ => None,
    });
    defined.collect()
}

fn meaning(text: &str, place: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    (text, place).hash(&mut hasher);
    hasher.finish() as usize
}

/// A piece of a line: a label, which is to be numbered, or other text.
enum Token {
    Label(String),
    Other(String),
}

fn tokens(line: &str, own: &str) -> Vec<Token> {
    let part_of_name = |character: char| character.is_alphanumeric() || "_.$".contains(character);
    let mut tokens = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|character| part_of_name(character) != part_of_name(first)).unwrap_or(rest.len());
        let (token, later) = rest.split_at(length);
        rest = later;
        // Local labels and, in sections' names, their uses; tables for unwinding are numbered in the functions' order.
        match token.find(".L").or_else(|| token.find("GCC_except_table")) {
            Some(at) => {
                tokens.push(Token::Other(token[..at].into()));
                tokens.push(Token::Label(token[at..].into()));
            }
            None => tokens.push(Token::Other(without_hash(token).replace(own, "program"))),
        }
    }
    tokens
}

/// A mangled symbol ends in a hash of the crate's name: `17h`, 16 digits, `E`.
fn without_hash(symbol: &str) -> String {
    let is_hash = |text: &str| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut shown = String::new();
    let mut rest = symbol;
    while let Some(at) = rest.find("17h") {
        let (before, hash) = rest.split_at(at + 3);
        shown.push_str(before);
        rest = match hash.get(..16) {
            Some(digits) if is_hash(digits) => &hash[16..],
            _ => hash,
        };
    }
    shown + rest
}

fn print(chunk: &[Vec<Token>], mut number: impl FnMut(&str) -> usize) -> String {
    let mut text = String::new();
    for line in chunk {
        for token in line {
            let _ = match token {
                Token::Label(label) => write!(text, ".L{}", number(label)),
                Token::Other(other) => write!(text, "{other}"),
            };
        }
        text.push('\n');
    }
    text
}

fn next(numbers: &mut HashMap<String, usize>, label: &str) -> usize {
    let new = numbers.len();
    *numbers.entry(label.to_owned()).or_insert(new)
}

/// The first lines that differ, with some around them, or `None`.
pub fn difference(left: &str, right: &str) -> Option<String> {
    const AROUND: usize = 5;
    let (left, right): (Vec<_>, Vec<_>) = (left.lines().collect(), right.lines().collect());
    let at = (0..left.len().max(right.len())).find(|&at| left.get(at) != right.get(at))?;
    let mut shown = format!("{} and {} lines, which differ from line {} on:\n", left.len(), right.len(), at + 1);
    for line in &left[at.saturating_sub(AROUND)..at] {
        let _ = writeln!(shown, "  {line}");
    }
    for (sign, lines) in [('-', left), ('+', right)] {
        for line in lines.iter().skip(at).take(4 * AROUND) {
            let _ = writeln!(shown, "{sign} {line}");
        }
    }
    Some(shown)
}

#[test]
fn programs_that_differ_in_names_and_order_only_are_the_same() {
    let left = "\t.section\t.text._ZN5noted1a17h0123456789abcdefE,\"ax\"\n\tje\t.LBB1_2\n\tcallq\t_ZN5noted1b17h0123456789abcdefE\n\
                \t.section\t.text._ZN5noted1b17h0123456789abcdefE,\"ax\"\n\tret\n";
    let right = "\t.section\t.text._ZN5plain1b17hfedcba9876543210E,\"ax\"\n\tret\n\
                 \t.section\t.text._ZN5plain1a17hfedcba9876543210E,\"ax\"\n\tje\t.LBB7_1\n\tcallq\t_ZN5plain1b17hfedcba9876543210E\n";
    assert_eq!(difference(&normalised(left, "noted"), &normalised(right, "plain")), None);
}

#[test]
fn programs_that_differ_in_an_instruction_or_a_called_function_are_not() {
    let left = "f:\n\tje\t.LBB1_2\n\tcallq\t_ZN5noted1b17h0123456789abcdefE\n.LBB1_2:\n\tret\n";
    for other in [left.replace("je", "jne"), left.replace("1b", "1c"), left.replace("\tje\t.LBB1_2", "\tje\t.LBB1_3")] {
        assert!(difference(&normalised(left, "noted"), &normalised(&other, "noted")).is_some(), "{other}");
    }
}
