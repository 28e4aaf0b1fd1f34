//! `layers.txt`: which crate may depend on which, and each crate's floors, from bottom to top.

use std::path::{Path, PathBuf};

/// All that's written there.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) crates: Vec<Crate>,
}

/// A crate by its short name: `probe` is the package `instrument-probe`, `facade` is `instrument` itself.
#[derive(Debug)]
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) dependencies: Vec<String>,
    /// `None` where they're to be drawn later, by `crate: later`.
    pub(crate) floors: Option<Floors>,
}

/// From bottom to top. What's on one floor doesn't name each other; above all is the crate's root.
#[derive(Debug, Default)]
pub(crate) struct Floors(Vec<Vec<String>>);

impl Order {
    pub(crate) fn parse(text: &str) -> Result<Order, String> {
        let mut crates: Vec<Crate> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let wrong = |what: &str| format!("line {}: {what}: `{line}`", number + 1);
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            if let Some((name, dependencies)) = line.split_once("->") {
                let name = name.trim().to_owned();
                if crates.iter().any(|known| known.name == name) {
                    return Err(wrong("that crate has its dependencies already"));
                }
                let dependencies = words(dependencies);
                if let Some(later) = dependencies.iter().find(|other| !crates.iter().any(|known| known.name == **other))
                {
                    return Err(wrong(&format!("`{later}` isn't a crate of a line above")));
                }
                crates.push(Crate { name, dependencies, floors: Some(Floors::default()) });
                continue;
            }
            let (head, members) =
                line.split_once(':').ok_or_else(|| wrong("write `crate -> crates` or `crate 1: modules`"))?;
            let (name, floor) = head.trim().split_once(' ').unwrap_or((head.trim(), ""));
            let krate = crates.iter_mut().find(|known| known.name == name);
            let krate = krate.ok_or_else(|| wrong("first write what that crate may depend on, `crate -> crates`"))?;
            if floor.is_empty() && members.trim() == "later" {
                krate.floors = None;
                continue;
            }
            let floors = krate.floors.get_or_insert_default();
            if floor.trim().parse() != Ok(floors.0.len() + 1) {
                return Err(wrong(&format!("the next floor is `{name} {}: modules`", floors.0.len() + 1)));
            }
            let members = words(members);
            if let Some(twice) = members.iter().find(|member| floors.all().any(|known| known == **member)) {
                return Err(wrong(&format!("`{twice}` is on two floors")));
            }
            floors.0.push(members);
        }
        Ok(Order { crates })
    }
}

impl Crate {
    pub(crate) fn package(&self) -> String {
        if self.name == "facade" { "instrument".to_owned() } else { format!("instrument-{}", self.name) }
    }

    pub(crate) fn folder(&self, root: &Path) -> PathBuf {
        if self.name == "facade" { root.join("src") } else { root.join(self.package()).join("src") }
    }
}

impl Floors {
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flatten().map(String::as_str)
    }

    fn height(&self, module: &str) -> Option<usize> {
        self.0.iter().position(|floor| floor.iter().any(|member| member == module))
    }

    /// What's wrong with `from` naming `to`, if anything; `None` is the crate's root.
    pub(crate) fn complaint(&self, from: Option<&str>, to: Option<&str>) -> Option<String> {
        // The root may name everything.
        let from = from?;
        let Some(to) = to else {
            return Some(format!("floor `{from}` names the crate's root, which is above all floors"));
        };
        // Who is on no floor is told elsewhere.
        let (low, high) = (self.height(from)?, self.height(to)?);
        match high.cmp(&low) {
            std::cmp::Ordering::Greater => Some(format!("floor `{from}` names the higher floor `{to}`")),
            std::cmp::Ordering::Equal if from != to => {
                Some(format!("floor `{from}` names `{to}`, which is on the same floor"))
            }
            _ => None,
        }
    }
}
