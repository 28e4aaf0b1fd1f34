//! Targets: what a probe can be attached to, by the path that a user would write, and what's known of their calls.

mod call;
mod events;
mod plan;
mod site;

pub use call::{Arguments, Call};
pub(crate) use call::{Wanted, now};
pub use events::Events;
pub use plan::Plan;
pub(crate) use plan::unknown_argument;
pub(crate) use site::sites;
pub use site::{Argument, ProbeSite, RegisteredProbe};

use instrument_model::text::nearest;
use std::fmt::{self, Display};
use std::ptr;

/// A function with `#[probe]`. Its [`Display`] is the path that [`attach_to`](crate::attach_to) takes.
///
/// ```
/// struct Adder;
///
/// impl Adder {
///     #[instrument::probe("add", redact(secret))]
///     fn add13(&self, arg: u64, secret: &str) -> u64 {
///         arg + 13 + secret.len() as u64
///     }
/// }
///
/// let targets = instrument::probe::targets();
/// let target = targets.iter().find(|target| target.name() == Some("add")).expect("it's linked in");
/// assert!(target.path().ends_with("Adder::add13"));
/// assert_eq!(target.arguments().collect::<Vec<_>>(), ["arg"]);
/// # Adder.add13(1, "");
/// ```
#[derive(Debug, Clone)]
pub struct Target {
    pub(crate) site: &'static ProbeSite,
    path: String,
}

impl Target {
    pub(crate) fn of(site: &'static ProbeSite) -> Self {
        let plain = site.location().plain_path();
        let alike = sites().filter(|other| other.location().plain_path() == plain).count();
        Target { site, path: if alike > 1 { site.location().path() } else { plain } }
    }

    /// The full path: `krate::module::Type::method`.
    ///
    /// Methods of one type that have the same name, from two traits or for two sets of generics, are told apart by what the
    /// compiler calls them: `<krate::Type as krate::Trait>::method`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The name given by `#[probe(name = "…")]`, which [`attach_to`](crate::attach_to) takes, too.
    pub fn name(&self) -> Option<&'static str> {
        self.site.name()
    }

    /// The names of the arguments that instruments can see, in order.
    pub fn arguments(&self) -> impl Iterator<Item = &'static str> {
        self.site.arguments().iter().filter(|argument| !argument.redacted).map(|argument| argument.name)
    }

    /// Whether it's `#[probe(inject)]`, so that instruments may change what its calls do.
    pub fn injects(&self) -> bool {
        self.site.injects()
    }

    /// The source file.
    pub fn file(&self) -> &'static str {
        self.site.location().file()
    }

    /// The line of its name, from 1.
    pub fn line(&self) -> u32 {
        self.site.location().line()
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

impl From<&Target> for String {
    fn from(target: &Target) -> Self {
        target.path.clone()
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.path
    }
}

impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        ptr::eq(self.site, other.site)
    }
}

impl Eq for Target {}

/// All functions with `#[probe]` that are linked into this program, called or not, sorted by path.
///
/// Costs the type name of each.
///
/// ```
/// for target in instrument_probe::targets() {
///     println!("{target} at {}:{}", target.file(), target.line());
/// }
/// ```
pub fn targets() -> Vec<Target> {
    let mut plain: Vec<_> = sites().map(|site| (site.location().plain_path(), site)).collect();
    plain.sort_by(|(one, _), (other, _)| one.cmp(other));
    let paths: Vec<String> = plain.iter().map(|(path, _)| path.clone()).collect();
    let is_shared = |at: usize, path: &str| {
        at.checked_sub(1).and_then(|before| paths.get(before)).is_some_and(|before| before == path)
            || paths.get(at + 1).is_some_and(|after| after == path)
    };
    let targets = plain.into_iter().enumerate().map(|(at, (path, site))| Target {
        path: if is_shared(at, &path) { site.location().path() } else { path },
        site,
    });
    targets.collect()
}

/// Why a path is none of a target's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttachError {
    /// No function with `#[probe]` has that path, and no such ending either.
    Unknown {
        /// What was asked for.
        path: String,
        /// The targets that may have been meant, the nearest first; at most five.
        nearest: Vec<String>,
        /// How many targets there are.
        targets: usize,
    },
    /// Several functions have a path that ends so.
    Ambiguous {
        /// What was asked for.
        path: String,
        /// The full paths of all that match.
        candidates: Vec<String>,
    },
}

impl Display for AttachError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AttachError::Unknown { path, targets: 0, .. } => {
                write!(f, "no target `{path}`: no function of this program has `#[probe]`")
            }
            AttachError::Unknown { path, nearest, .. } if path.contains('.') => {
                let hint = match nearest.is_empty() {
                    true => "as those in `targets()` are".to_owned(),
                    false => format!("as {}", quoted(nearest, " or ")),
                };
                write!(f, "no target `{path}`: write `::` between its parts, {hint}")
            }
            AttachError::Unknown { path, nearest, .. } if !nearest.is_empty() => {
                write!(f, "no target `{path}`: did you mean {}?", quoted(nearest, " or "))
            }
            AttachError::Unknown { path, targets, .. } => {
                write!(
                    f,
                    "no target `{path}`: put `#[probe]` on the function, or write one of the {targets} in `targets()`"
                )
            }
            AttachError::Ambiguous { path, candidates } => {
                write!(f, "`{path}` is the end of several targets: write {}", quoted(candidates, " or "))
            }
        }
    }
}

impl std::error::Error for AttachError {}

fn quoted(words: &[String], between: &str) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(between)
}

/// The target that's meant: by its path, its name, or an ending of its path that no other target has.
pub(crate) fn find(path: &str) -> Result<Target, AttachError> {
    let targets = targets();
    let wanted = path.trim();
    let unique = |matches: &dyn Fn(&Target) -> bool| {
        let mut found: Vec<_> = targets.iter().filter(|target| matches(target)).collect();
        match (found.pop(), found.is_empty()) {
            (None, _) => Ok(None),
            (Some(only), true) => Ok(Some(only.clone())),
            (Some(last), false) => Err(AttachError::Ambiguous {
                path: path.to_owned(),
                candidates: found.into_iter().chain([last]).map(Target::to_string).collect(),
            }),
        }
    };
    if let Some(exact) = unique(&|target| target.path == wanted || target.site.location().path() == wanted)? {
        return Ok(exact);
    }
    if let Some(named) = unique(&|target| target.name() == Some(wanted))? {
        return Ok(named);
    }
    let ends_so = |target: &Target| {
        let plain = target.site.location().plain_path();
        !wanted.is_empty() && plain.strip_suffix(wanted).is_some_and(|before| before.ends_with("::"))
    };
    unique(&ends_so)?.ok_or_else(|| AttachError::Unknown {
        path: path.to_owned(),
        nearest: near(&wanted.replace('.', "::"), &targets),
        targets: targets.len(),
    })
}

/// The paths that `wanted` may be a slip of the pen of, or whose last parts it has.
fn near(wanted: &str, targets: &[Target]) -> Vec<String> {
    let last = |path: &str| path.rsplit("::").next().unwrap_or(path).to_owned();
    let mut near: Vec<(usize, &str)> = targets
        .iter()
        .filter_map(|target| {
            let rank = if target.path().strip_suffix(wanted).is_some_and(|before| before.ends_with("::"))
                || nearest(wanted, [target.path()]).is_some()
            {
                0
            } else if last(target.path()) == last(wanted) {
                1
            } else if nearest(&last(wanted), [last(target.path()).as_str()]).is_some() {
                2
            } else {
                return None;
            };
            Some((rank, target.path()))
        })
        .collect();
    near.sort_unstable();
    near.into_iter().take(5).map(|(_, path)| path.to_owned()).collect()
}
