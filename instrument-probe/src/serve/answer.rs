//! What's answered to each request.

use super::probes::{self, Follow};
use super::session::Session;
use super::top;
use crate::targets::targets;
use instrument_wire::remote::{Answer, Hello, Request, TargetRow};

/// One answer, or one and then several.
pub(super) enum Reply {
    One(Answer),
    Follow(Answer, Box<Follow>),
}

pub(super) fn answer(session: &mut Session<'_>, request: Request) -> Reply {
    Reply::One(match request {
        Request::Hello {} => Answer::Hello(Hello {
            pid: std::process::id(),
            program: instrument_wire::process::program(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            host: Some(instrument_wire::process::host()),
            uptime_seconds: session.shared.begun.elapsed().as_secs_f64(),
        }),
        Request::Targets {} => Answer::Targets {
            targets: targets()
                .iter()
                .map(|target| TargetRow {
                    path: target.path().to_owned(),
                    arguments: target.arguments().map(str::to_owned).collect(),
                    file: target.file().to_owned(),
                    line: target.line(),
                })
                .collect(),
        },
        Request::ProbeAdd { spec, follow } => match probes::add(*spec, follow) {
            Ok((id, Some(follow))) => return Reply::Follow(Answer::Done { id }, Box::new(follow)),
            Ok((id, None)) => Answer::Done { id },
            Err(error) => Answer::Error { error },
        },
        Request::ProbeList {} => match probes::list() {
            Ok(probes) => Answer::Probes { probes },
            Err(error) => Answer::Error { error },
        },
        Request::ProbeRemove { id } => match probes::remove(&id) {
            Ok(()) => Answer::Done { id },
            Err(error) => Answer::Error { error },
        },
        Request::Lines { id } => match probes::list() {
            Ok(rows) if rows.iter().any(|row| row.id == id) => {
                let follow = Box::new(Follow::new(id.clone()));
                return Reply::Follow(Answer::Done { id }, follow);
            }
            Ok(_) => Answer::Error { error: format!("there's no probe {id}") },
            Err(error) => Answer::Error { error },
        },
        Request::Top { order, rows, interval } => {
            let snapshot = instrument_core::snapshot();
            let shown = session.earlier.as_ref().filter(|_| interval).map(|earlier| snapshot.since(earlier));
            let top = top::top(shown.as_ref().unwrap_or(&snapshot), order, rows);
            session.earlier = Some(snapshot);
            Answer::Top(top)
        }
        Request::Dump { width } => {
            let width = usize::try_from(width).unwrap_or(usize::MAX);
            Answer::Text { text: instrument_core::active().width(width).to_string() }
        }
        Request::Report { width } => Answer::Text { text: instrument_core::report().width(width).to_string() },
    })
}
