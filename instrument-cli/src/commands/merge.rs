//! `merge`: several recordings as one.

use crate::failure::Failure;
use crate::recordings::load;
use clap::Args;
use instrument_report::analysis;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// Recordings: of several runs, processes or test programs. Of a folder, all in it; `-` is stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where to write them as one
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

pub(crate) fn merge(arguments: &Merge) -> Result<(), Failure> {
    let loaded = load(&arguments.files)?;
    let merged = analysis::merge(&loaded.snapshots).map_err(|error| Failure::new(error.to_string()))?;
    if arguments.output.as_os_str() == "-" {
        merged.write_to(std::io::stdout().lock())?;
    } else {
        merged.save(&arguments.output)?;
    }
    loaded.end()
}
