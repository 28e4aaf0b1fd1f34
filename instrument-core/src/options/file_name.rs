//! The name of a file that's written, with placeholders for what isn't known before.

use crate::base::inside::once;
use crate::process::bare::{date, pid};
use crate::process::facts;
use instrument_model::text::stamp;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::SystemTime;

/// `%p` stands for the process's number, `%n` for the program's name, `%t` for when it first used the toolkit, and `%%` for a
/// `%`. A name that isn't UTF-8 has none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileName(PathBuf);

impl FileName {
    pub(crate) fn new(name: &OsStr) -> FileName {
        started();
        FileName(name.into())
    }

    /// Made absolute now, since a daemon goes to another folder.
    pub(crate) fn absolute(&mut self) {
        if let Ok(absolute) = std::path::absolute(&self.0) {
            self.0 = absolute;
        }
    }

    /// What's no placeholder and looks like one, and what to write instead.
    pub(crate) fn complaint(&self) -> Option<String> {
        let unknown = self.parts().find_map(|part| match part {
            Part::Other(rest) => Some(rest),
            _ => None,
        })?;
        Some(format!(
            "`%{}` is no placeholder: write `%p` for the process's number, `%n` for the program's name, `%t` for its start, \
             `%%` for a `%`; taken as it is",
            unknown.chars().next().map(String::from).unwrap_or_default()
        ))
    }

    /// The file of this process.
    pub(crate) fn path(&self) -> PathBuf {
        self.filled(|placeholder| match placeholder {
            'p' => pid().to_string(),
            'n' => facts::program().to_owned(),
            _ => stamp(started()),
        })
    }

    /// The same of a forked child, which would write into its parent's if the name doesn't tell them apart: with its number
    /// before the extension.
    pub(crate) fn path_of_child(&self) -> PathBuf {
        let mut path = self.path();
        if !self.parts().any(|part| matches!(part, Part::Placeholder('p'))) {
            let extension = path.extension().map(OsStr::to_owned);
            let mut name = path.file_stem().unwrap_or_default().to_owned();
            name.push(format!(".{}", pid()));
            if let Some(extension) = extension {
                name.push(".");
                name.push(extension);
            }
            path.set_file_name(name);
        }
        path
    }

    fn filled(&self, value: impl Fn(char) -> String) -> PathBuf {
        if self.0.to_str().is_none() {
            return self.0.clone();
        }
        let fill = |part| match part {
            Part::Text(text) => text.to_owned(),
            Part::Placeholder('%') => "%".to_owned(),
            Part::Placeholder(placeholder) => value(placeholder),
            Part::Other(_) => "%".to_owned(),
        };
        self.parts().map(fill).collect::<String>().into()
    }

    fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let mut rest = self.0.to_str().unwrap_or_default();
        std::iter::from_fn(move || {
            let part = match rest.strip_prefix('%') {
                None => {
                    let (text, after) = rest.split_at(rest.find('%').unwrap_or(rest.len()));
                    rest = after;
                    return (!text.is_empty()).then_some(Part::Text(text));
                }
                Some(after) => {
                    rest = after;
                    after
                }
            };
            Some(match part.chars().next() {
                Some(placeholder @ ('p' | 'n' | 't' | '%')) => {
                    rest = &part[1..];
                    Part::Placeholder(placeholder)
                }
                _ => Part::Other(part),
            })
        })
    }
}

enum Part<'a> {
    Text(&'a str),
    Placeholder(char),
    /// A `%` that isn't one's beginning, and what follows it.
    Other(&'a str),
}

/// When this was asked for first.
fn started() -> SystemTime {
    static STARTED: OnceLock<SystemTime> = OnceLock::new();
    *once(&STARTED, date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> FileName {
        FileName::new(OsStr::new(text))
    }

    #[test]
    fn placeholders_stand_for_what_they_say_and_nothing_else_does() {
        let fill = |text| name(text).filled(|placeholder| format!("<{placeholder}>"));
        for (text, filled) in [
            ("run.json", "run.json"),
            ("%n-%p.%t.json", "<n>-<p>.<t>.json"),
            ("100%%p", "100%p"),
            ("%%%p%", "%<p>%"),
            ("a%x/é%é%n", "a%x/é%é<n>"),
        ] {
            assert_eq!(fill(text), PathBuf::from(filled), "{text}");
        }
        let pid = std::process::id();
        assert_eq!(name("r-%p").path(), PathBuf::from(format!("r-{pid}")));
        let stamp = name("%t").path().to_string_lossy().into_owned();
        assert!(stamp.len() == 16 && stamp.starts_with('2') && &stamp[8..9] == "T" && stamp.ends_with('Z'), "{stamp}");
    }

    #[test]
    fn what_looks_like_a_placeholder_is_answered() {
        assert_eq!(name("%p%%%n").complaint(), None);
        let complaint = name("cpu%d.json").complaint().expect("there's no %d");
        assert!(complaint.starts_with("`%d` is no placeholder: write `%p`"), "{complaint}");
        assert!(name("100%").complaint().is_some_and(|complaint| complaint.starts_with("`%` is no")));
    }

    #[test]
    fn a_childs_name_is_not_its_parents() {
        let pid = std::process::id();
        for (text, of_child) in [
            ("a/run.json", format!("a/run.{pid}.json")),
            ("a/run", format!("a/run.{pid}")),
            ("%p.json", format!("{pid}.json")),
            ("%%p.json", format!("%p.{pid}.json")),
        ] {
            assert_eq!(name(text).path_of_child(), PathBuf::from(of_child), "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_not_utf_8_is_taken_as_it_is() {
        use std::os::unix::ffi::OsStrExt;
        let bytes = OsStr::from_bytes(b"\xff%p");
        assert_eq!(FileName::new(bytes).path(), PathBuf::from(bytes));
    }
}
