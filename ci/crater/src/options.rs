//! What the tool is asked for on its command line.

use std::path::PathBuf;

use crate::list::Listed;
use crate::stacks::{self, Round, STACKS};

/// What it was asked for.
#[derive(Default)]
pub(crate) struct Options {
    pub all: bool,
    pub lock: bool,
    pub styles: bool,
    pub only: Vec<String>,
    pub stacks: Vec<String>,
    pub rotations: Option<usize>,
    pub batch: Option<usize>,
    pub seconds: Option<u64>,
    pub table: Option<PathBuf>,
    pub lints: Vec<String>,
    pub no_tests: bool,
}

impl Options {
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Options::default();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` takes a value"));
            let words = |value: String| value.split(',').map(str::to_owned).collect();
            match argument.as_str() {
                "--all" => options.all = true,
                "--lock" => options.lock = true,
                "--styles" => options.styles = true,
                "--only" => options.only = words(value()?),
                "--stacks" => options.stacks = words(value()?),
                "--rounds" => options.rotations = Some(value()?.parse().map_err(|_| "`--rounds` takes a number")?),
                "--batch" => options.batch = Some(value()?.parse().map_err(|_| "`--batch` takes a number")?),
                "--seconds" => options.seconds = Some(value()?.parse().map_err(|_| "`--seconds` takes a number")?),
                "--lints" => options.lints = words(value()?),
                "--no-tests" => options.no_tests = true,
                "--table" => options.table = Some(value()?.into()),
                _ => return Err(format!("`{argument}` is no option: see the first lines of ci/crater/src/main.rs")),
            }
        }
        Ok(options)
    }

    pub(crate) fn crates(&self, mut crates: Vec<Listed>) -> Result<Vec<Listed>, String> {
        if let Some(unknown) = self.only.iter().find(|name| !crates.iter().any(|listed| listed.name == **name)) {
            return Err(format!("`{unknown}` isn't in crates.toml"));
        }
        crates.retain(
            |listed| if self.only.is_empty() { self.all || listed.ci } else { self.only.contains(&listed.name) },
        );
        Ok(crates)
    }

    /// The rounds for that many crates.
    pub(crate) fn rounds(&self, crates: usize) -> Result<Vec<Round>, String> {
        match (self.rotations, self.stacks.as_slice()) {
            (None, []) => Ok(stacks::every(&STACKS, crates)),
            (Some(rounds), []) => Ok(stacks::rotating(rounds, crates)),
            (None, names) => {
                let named = |name: &String| STACKS.into_iter().find(|stack| stack.name == name);
                let found: Result<Vec<_>, _> =
                    names.iter().map(|name| named(name).ok_or_else(|| format!("`{name}` is no stack"))).collect();
                Ok(stacks::every(&found?, crates))
            }
            (Some(_), _) => Err("`--rounds` chooses the stacks, so that `--stacks` can't".to_owned()),
        }
    }
}
