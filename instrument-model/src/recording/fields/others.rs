//! What's recorded beside the call tree: the process, partings of its clocks, single observations, measurements, checkpoints, timers, probes, and
//! what was lost.

use super::object;
use crate::data::{Checkpoints, Filter, Line, Live, Measurement, Moment, Parting, Probe, Process, Timer};
use crate::json::{Fault, Reader, Saved, Writer};
use crate::{Lost, Scale, Spread};

object!(Process {
    ;
    "program": program,
    "pid": pid,
    "host": host,
    "start": start,
    "clock": clock,
    "version": version,
    "profile": profile,
    "cpu": cpu,
    "system": system,
});

object!(Parting { ; "from": from, "to": to, "counted": counted, "passed": passed });

object!(Moment {
    "component": component, "node": node;
    "id": id,
    "parent": parent,
    "laps": laps,
    "total": total,
    "own": own,
    "thread": thread,
});

object!(Checkpoints { "name": name; "calls": calls, "lines": lines });
object!(Line { "label": label; "sum": sum, "max": max });
object!(Probe { "target": target, "name": name; "calls": calls, "error": error });

object!(Filter { ; "only": only, "skip": skip, "left_out": left_out });

object!(Live {
    ;
    "interval": interval,
    "bytes": bytes,
    "blocks": blocks,
    "bytes_outside": bytes_outside,
    "blocks_outside": blocks_outside,
    "variance": variance,
});

object!(Lost {
    ;
    "too_deep": too_deep,
    "too_many_nodes": too_many_nodes,
    "after_exit": after_exit,
    "too_many_names": too_many_names,
    "not_a_number": not_a_number,
    "pushes": pushes,
    "overwritten": overwritten,
    "inside": inside,
    "live_blocks": live_blocks,
});

impl Saved for Timer {
    fn write(&self, out: &mut Writer<'_>) {
        out.object(&mut |out| {
            out.key("name");
            self.name.write(out);
            out.field("scale", &self.scale);
            out.field("times", &self.times);
            out.field("histogram", &self.times.histogram);
            out.field("quantiles", &self.quantiles);
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Timer, Fault> {
        let mut timer = Timer::default();
        let (mut name, mut histogram) = (None, None);
        from.object("an object, the timer,", &mut |field, from| {
            match field {
                "name" => name = Some(Saved::read(from)?),
                "scale" => timer.scale = Saved::read(from)?,
                "times" => timer.times = Saved::read(from)?,
                "histogram" => histogram = Some(Saved::read(from)?),
                "quantiles" => timer.quantiles = Saved::read(from)?,
                _ => from.skip()?,
            }
            Ok(())
        })?;
        timer.name = name.ok_or_else(|| from.fault("the timer that ends here has no `name`: add it"))?;
        timer.times.histogram = histogram.unwrap_or_default();
        Ok(timer)
    }

    fn is_blank(&self) -> bool {
        false
    }
}

impl Saved for Measurement {
    fn write(&self, out: &mut Writer<'_>) {
        out.object(&mut |out| {
            out.key("name");
            self.name.write(out);
            out.field("values", &self.values);
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Measurement, Fault> {
        let mut name: Option<std::sync::Arc<str>> = None;
        let mut values = Spread::default();
        from.object("an object, the measurement,", &mut |field, from| {
            match field {
                "name" => name = Some(Saved::read(from)?),
                "values" => values = Saved::read(from)?,
                _ => from.skip()?,
            }
            Ok(())
        })?;
        let name = name.ok_or_else(|| from.fault("the measurement that ends here has no `name`: add it"))?;
        Ok(Measurement::new(name, values))
    }

    fn is_blank(&self) -> bool {
        false
    }
}

/// A tick's nanoseconds times 2³².
impl Saved for Scale {
    fn write(&self, out: &mut Writer<'_>) {
        out.whole(self.to_bits());
    }

    fn read(from: &mut Reader<'_>) -> Result<Scale, Fault> {
        let place = from.fork();
        let none = || place.fault("a tick takes more than 0: write its nanoseconds times 2³²");
        Scale::from_bits(from.whole(u64::MAX)?).ok_or_else(none)
    }

    fn is_blank(&self) -> bool {
        *self == Scale::NANOSECONDS
    }
}
