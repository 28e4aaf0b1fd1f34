//! How a spec is written and read; read also as `diagnose` wrote it, the library for Python whose specs these descend from.

use super::{Spec, Timestamp};
use crate::fields::{Others, needed, read_with_old};
use instrument_model::json::{Fault, Reader, Saved, Writer};

/// The fields of a spec.
const FIELDS: [&str; 5] = ["target", "instrument", "lifespan", "share", "last_modified"];
/// What it had besides, or instead.
const OLD: [&str; 2] = ["lastmodified", "applied"];

impl Saved for Spec {
    fn write(&self, out: &mut Writer<'_>) {
        out.object(&mut |out| {
            out.key("target");
            self.target.write(out);
            out.key("instrument");
            self.instrument.write(out);
            out.field("lifespan", &self.lifespan);
            out.field("share", &self.share);
            out.field("last_modified", &self.last_modified);
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Spec, Fault> {
        let (mut target, mut instrument, mut lifespan, mut share, mut last_modified) = (None, None, None, None, None);
        let mut ignored = Vec::new();
        read_with_old(from, &FIELDS, &OLD, Others::Refused, &mut |name, from| {
            match name {
                "target" => target = Some(Saved::read(from)?),
                "instrument" => instrument = Some(Saved::read(from)?),
                "lifespan" => lifespan = Some(from.finite()?),
                "share" => share = Some(from.finite()?),
                "last_modified" | "lastmodified" if last_modified.is_some() => {
                    return Err(from.fault_of_key("there are `last_modified` and `lastmodified`: write the former"));
                }
                "last_modified" => last_modified = Some(Saved::read(from)?),
                "lastmodified" => last_modified = Some(Timestamp::read_without_zone(from)?),
                other => {
                    ignored.push(other.to_owned());
                    from.skip()?;
                }
            }
            Ok(())
        })?;
        Ok(Spec {
            target: needed(target, from, "target")?,
            instrument: needed(instrument, from, "instrument")?,
            lifespan,
            share,
            last_modified,
            ignored,
        })
    }
}
