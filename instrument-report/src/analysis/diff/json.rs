//! A diff as JSON, for scripts.

use super::figures::RowFigures;
use super::model::{Diff, RowRef, SideFacts};
use instrument_model::json::Writer;
use std::io::{self, Write};

impl Diff {
    /// Writes it as one object: `verdict`, `warnings`, facts of both sides, then `rows` with an object for each call path, those
    /// that have changed first. Times are nanoseconds, components are in the unit that `components` says, changes are shares
    /// (0.1 is 10 % more), and what isn't known is `null`. `docs/guide/diff.md` describes the fields.
    ///
    /// # Errors
    /// Those of `out`.
    ///
    /// ```
    /// use instrument_report::analysis::{DiffOptions, diff};
    ///
    /// let mut text = Vec::new();
    /// diff(&[], &[], &DiffOptions::default())?.write_json(&mut text)?;
    /// assert!(text.starts_with(b"{\"format\":\"instrument diff\""));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_json(&self, mut out: impl Write) -> io::Result<()> {
        let mut writer = Writer::new(&mut out);
        writer.object(&mut |out| {
            out.key("format");
            out.string("instrument diff");
            out.key("verdict");
            out.string(&self.verdict());
            out.key("can_judge");
            out.bool(self.can_judge());
            out.key("level");
            out.number(self.level());
            out.key("judged");
            out.whole(self.judged() as u64);
            out.key("common_change");
            number(out, self.common().map(|common| common.change));
            out.key("warnings");
            out.array(&mut |out| self.warnings().iter().for_each(|warning| out.string(warning)));
            for (name, side) in [("base", self.base()), ("new", self.new_side())] {
                out.line();
                out.key(name);
                facts(out, side);
            }
            out.line();
            out.key("components");
            out.array(&mut |out| {
                for component in self.components() {
                    out.object(&mut |out| {
                        out.key("name");
                        out.string(&component.name);
                        out.key("unit");
                        out.string(&component.unit.to_string());
                        out.key("estimated");
                        out.bool(component.is_sampled);
                    });
                }
            });
            out.line();
            out.key("rows");
            out.array(&mut |out| self.ranked().iter().for_each(|of| row(out, self, of)));
        });
        writer.finish()?;
        out.write_all(b"\n")?;
        out.flush()
    }
}

fn number(out: &mut Writer<'_>, value: Option<f64>) {
    match value.filter(|value| value.is_finite()) {
        Some(value) => out.number(value),
        None => out.null(),
    }
}

fn facts(out: &mut Writer<'_>, side: &SideFacts) {
    out.object(&mut |out| {
        out.key("runs");
        out.whole(side.runs as u64);
        for (name, text) in [
            ("program", &side.process.program),
            ("profile", &side.process.profile),
            ("host", &side.process.host),
            ("cpu", &side.process.cpu),
            ("version", &side.process.version),
        ] {
            out.key(name);
            out.string(text);
        }
        out.key("elapsed_ns");
        number(out, Some(side.elapsed));
    });
}

fn row(out: &mut Writer<'_>, diff: &Diff, row: &RowRef<'_>) {
    out.line();
    out.object(&mut |out| {
        out.key("path");
        out.array(&mut |out| row.path().into_iter().for_each(|name| out.string(name)));
        out.key("function");
        out.string(&row.label().path);
        out.key("file");
        out.string(&row.label().file);
        out.key("line");
        out.whole(row.label().line.into());
        out.key("state");
        out.string(&row.presence().to_string());
        if let Some(old) = row.old_name() {
            out.key("old_name");
            out.string(old);
        }
        out.key("significant");
        out.bool(row.significant());
        let evidence = row.evidence();
        out.key("p");
        number(out, evidence.map(|evidence| evidence.p));
        out.key("call_change");
        number(out, Some(row.call_change()));
        out.key("by");
        match evidence {
            Some(evidence) => out.string(&evidence.measure.to_string()),
            None => out.null(),
        }
        out.key("estimated");
        out.bool(row.is_estimated());
        for (name, side) in [("base", row.base()), ("new", row.new_figures())] {
            out.key(name);
            match side {
                Some(side) => figures(out, side),
                None => out.null(),
            }
        }
        for (name, value) in [
            ("own_change", row.own_change()),
            ("total_change", row.change_of(|figures| figures.total)),
            ("mean_change", row.mean_change()),
            ("p50_change", row.change_of(|figures| figures.p50)),
            ("p99_change", row.change_of(|figures| figures.p99)),
            ("count_change", row.change_of(|figures| figures.count)),
        ] {
            out.key(name);
            number(out, Some(value));
        }
        columns(out, diff, row);
    });
}

fn figures(out: &mut Writer<'_>, side: &RowFigures) {
    out.object(&mut |out| {
        out.key("runs");
        out.whole(side.runs as u64);
        for (name, value) in [
            ("count", side.count),
            ("own_ns", side.own),
            ("total_ns", side.total),
            ("own_mean_ns", side.own_mean),
            ("mean_ns", side.mean),
            ("p50_ns", side.p50),
            ("p99_ns", side.p99),
        ] {
            out.key(name);
            number(out, Some(value));
        }
    });
}

fn columns(out: &mut Writer<'_>, diff: &Diff, row: &RowRef<'_>) {
    if row.columns().is_empty() {
        return;
    }
    out.key("components");
    out.object(&mut |out| {
        for column in row.columns() {
            out.any_key(&diff.components()[column.component].name);
            out.object(&mut |out| {
                for (name, value) in [
                    ("base_own", column.base_own),
                    ("new_own", column.new_own),
                    ("own_change", column.own_change()),
                    ("base_total", column.base_total),
                    ("new_total", column.new_total),
                    ("total_change", column.total_change()),
                ] {
                    out.key(name);
                    number(out, Some(value));
                }
            });
        }
    });
}
