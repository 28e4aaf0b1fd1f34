//! Specs in a JSON file that several processes and people with editors share.
//!
//! Writers take turns by a lock on a sibling file, since the file itself is replaced: a new one is written beside it, and
//! takes its name in one step. So readers need no lock and never see half a write, whenever a writer is killed. What
//! somebody else may have put there first is looked at by [`files`].

use super::list::{self, Change};
use super::{Readable, SpecStore, StoreError, StoreVersion, statuses};
use crate::fields::object;
use crate::spec::{Bounds, Json, ParseError, ProcessId, ProcessStatus, Spec, SpecId, parse};
use instrument_model::json::{self, Fault, Reader, Saved, Writer};
use instrument_system::files;
use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// Specs in a JSON file, shared by all processes that open it: `{"specs": [ … ]}`, see [`Spec`].
///
/// People may edit it while processes use it. What can't be read is left as it is, and answered by an error that says
/// where; processes go on with the specs that they had. A missing file has no specs; the folder has to exist. Beside it
/// are `<file>.lock`, by which writers take turns, and `<file>.status`, what became of the specs in each process. New
/// files are the user's alone (0600); an existing one keeps its mode.
///
/// Expressions in it run in processes that read it. So on Unix it's an error if it belongs to another user than the
/// process's or root, if anybody may write to it, or a group that isn't the process's, or if it's another user's link. The
/// two beside it are never followed as links.
///
/// Costs a read of the whole file, at most 1 MiB, each time it's asked whether it has changed.
#[derive(Debug)]
pub struct JsonFileStore {
    path: PathBuf,
    /// As errors name it.
    place: String,
}

struct Specs {
    specs: Vec<Spec>,
}
object!(Specs, Refused, needs { "specs": specs });

/// The same, where a broken one concerns no other.
struct Items {
    specs: Vec<Item>,
}
object!(Items, Refused, needs { "specs": specs });

struct Item {
    /// As far as it can be read.
    target: Option<String>,
    name: String,
    /// Where it begins.
    at: usize,
    spec: Result<Spec, Fault>,
}

impl Saved for Item {
    fn write(&self, out: &mut Writer<'_>) {
        match &self.spec {
            Ok(spec) => spec.write(out),
            Err(_) => out.null(),
        }
    }

    /// Only what's no JSON at all is an error.
    fn read(from: &mut Reader<'_>) -> Result<Item, Fault> {
        from.peek();
        let (mut whole, at) = (from.fork(), from.at());
        let json = Json::read(from)?;
        let target = json["target"].as_str().map(str::to_owned);
        let name = json["instrument"]["name"].as_str().unwrap_or("?").to_owned();
        Ok(Item { target, name, at, spec: Spec::read(&mut whole) })
    }
}

struct Statuses {
    processes: Vec<ProcessStatus>,
}
object!(Statuses, Skipped, needs { "processes": processes });

/// How long a writer waits for another one; longer is a writer that hangs.
const PATIENCE: Duration = Duration::from_secs(2);

/// Bytes of the file of statuses.
const STATUSES: usize = 16 * 1024 * 1024;

impl JsonFileStore {
    /// The store in that file. Neither reads nor writes it yet. It stays that file when the program changes its folder.
    pub fn new(path: impl Into<PathBuf>) -> JsonFileStore {
        let path = path.into();
        let path = std::path::absolute(&path).unwrap_or(path);
        JsonFileStore { place: path.display().to_string(), path }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn sibling(&self, extension: &str) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(extension);
        name.into()
    }

    fn failed(&self, error: impl std::fmt::Display) -> StoreError {
        StoreError::unavailable(&self.place, error)
    }

    /// What's in the file, `None` if there's none.
    fn content(&self) -> Result<Option<Vec<u8>>, StoreError> {
        match files::read(&self.path, Bounds::STORE) {
            Ok(Some(content)) => Ok(Some(content)),
            Ok(None) => {
                let most = Bounds::STORE;
                Err(StoreError::too_much(
                    &self.place,
                    format_args!("larger than {most} bytes; that's no file of specs"),
                ))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn parse(&self, content: Option<&[u8]>) -> Result<Vec<Spec>, StoreError> {
        let Some(content) = content else { return Ok(Vec::new()) };
        let nonsense = |error| StoreError::Nonsense { place: self.place.clone(), error };
        let at_once =
            |message: &str| nonsense(ParseError { field: None, line: 1, column: 1, message: message.to_owned() });
        match content.trim_ascii_start().first() {
            // What an editor leaves for a moment isn't somebody's wish to remove all specs.
            None => return Err(at_once(r#"the file is empty; write `{"specs": []}` for no specs, or delete it"#)),
            Some(b'[') => return Err(at_once(r#"this is a list; write `{"specs": […]}`"#)),
            _ => {}
        }
        let specs = parse::<Specs>(content).map_err(nonsense)?.specs;
        list::check(&specs, &self.place)?;
        Ok(specs)
    }

    /// As [`parse`](Self::parse), but for specs that are broken, where the text around them is whole.
    fn parse_each(&self, content: &[u8]) -> Result<Readable, StoreError> {
        let mut found = Readable::default();
        let nonsense = |error| StoreError::Nonsense { place: self.place.clone(), error };
        let mut known = HashSet::new();
        for (index, item) in parse::<Items>(content).map_err(nonsense)?.specs.into_iter().enumerate() {
            let target = item.target.unwrap_or_else(|| format!("specs[{index}]"));
            let id = list::broken_id(&target, &item.name);
            let spec = item.spec;
            let spec = spec.and_then(|spec| match known.insert(spec.id()) {
                true => Ok(spec),
                false => {
                    let message = format!("another spec is named so, {id}; give one of them another name");
                    Err(Fault::new(message, item.at))
                }
            });
            match spec {
                Ok(spec) => found.specs.push(spec),
                Err(fault) => {
                    let fault = fault.in_item(index).in_field("specs");
                    found.broken.push((id, nonsense(ParseError::of(fault, content))));
                }
            }
        }
        list::bounded(found.specs.len() + found.broken.len(), &self.place).map(|()| found)
    }

    fn change(&self, change: Change<'_>) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        let mut specs = self.parse(self.content()?.as_deref())?;
        list::change(&mut specs, change, &self.place)?;
        let json = json::written_for_people(&Specs { specs });
        if json.len() > Bounds::STORE {
            let most = Bounds::STORE;
            return Err(StoreError::too_much(
                &self.place,
                format_args!("would be larger than {most} bytes; remove some"),
            ));
        }
        // Replaced is what a link points to, not the link.
        let path = files::target(&self.path).map_err(|error| self.failed(error))?;
        files::replace(&path, &json).map_err(|error| self.failed(error))
    }

    /// Writers take turns: held until it's dropped, or the process ends.
    fn lock(&self) -> Result<files::Lock, StoreError> {
        let path = self.sibling(".lock");
        let failed = |error| StoreError::unavailable(&path.display().to_string(), error);
        let start = Instant::now();
        loop {
            if let Some(lock) = files::try_lock(&path).map_err(failed)? {
                return Ok(lock);
            }
            if start.elapsed() >= PATIENCE {
                return Err(self.failed(format_args!("another process holds {} for too long", path.display())));
            }
            // There's no lock with a timeout; others hold it for a millisecond.
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn known_statuses(&self) -> Vec<ProcessStatus> {
        // Nobody writes it by hand: what can't be read is written anew.
        let path = self.sibling(".status");
        let is_link = path.is_symlink();
        let content = if is_link { None } else { files::read(&path, STATUSES).ok().flatten() }.unwrap_or_default();
        let mut known = json::read::<Statuses>(&content).map_or_else(|_| Vec::new(), |known| known.processes);
        statuses::prune(&mut known);
        known
    }

    fn change_statuses(&self, change: impl FnOnce(&mut Vec<ProcessStatus>)) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        let mut processes = self.known_statuses();
        change(&mut processes);
        let json = json::written_for_people(&Statuses { processes });
        let path = self.sibling(".status");
        let failed = |error: io::Error| StoreError::unavailable(&path.display().to_string(), error);
        if json.len() > STATUSES {
            return Err(StoreError::too_much(
                &path.display().to_string(),
                format_args!("larger than {STATUSES} bytes"),
            ));
        }
        files::replace(&path, &json).map_err(failed)
    }
}

impl SpecStore for JsonFileStore {
    fn specs(&self) -> Result<Vec<Spec>, StoreError> {
        self.parse(self.content()?.as_deref())
    }

    fn readable(&self) -> Result<Readable, StoreError> {
        let content = self.content()?;
        let whole = self.parse(content.as_deref()).map(|specs| Readable { specs, broken: Vec::new() });
        match (whole, content) {
            (Err(StoreError::Nonsense { .. }), Some(content)) => self.parse_each(&content),
            (whole, _) => whole,
        }
    }

    fn version(&self) -> Result<StoreVersion, StoreError> {
        // By what's in it: times of change are too coarse for two edits in a row, and inodes are used again.
        Ok(StoreVersion::of(self.content()?))
    }

    fn add(&self, spec: Spec) -> Result<(), StoreError> {
        self.change(Change::Add(spec))
    }

    fn update(&self, spec: Spec) -> Result<(), StoreError> {
        self.change(Change::Update(spec))
    }

    fn remove(&self, id: &SpecId) -> Result<(), StoreError> {
        self.change(Change::Remove(id))
    }

    fn write_status(&self, status: &ProcessStatus) -> Result<(), StoreError> {
        self.change_statuses(|processes| statuses::put(processes, status))
    }

    fn remove_status(&self, process: &ProcessId) -> Result<(), StoreError> {
        self.change_statuses(|processes| processes.retain(|status| status.process != *process))
    }

    fn statuses(&self) -> Result<Vec<ProcessStatus>, StoreError> {
        Ok(self.known_statuses())
    }
}
