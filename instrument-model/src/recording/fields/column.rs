//! What a component measured on a node.

use super::spread::{is_same_amount, is_same_spread};
use crate::data::{Amount, Column};
use crate::json::{Fault, Reader, Saved, Writer};

/// What most columns follow from their observations.
struct Usual {
    laps: u64,
    total: Amount,
    own: Amount,
}

impl Usual {
    fn of(column: &Column) -> Usual {
        let whole = |sum| Amount { sum, per: 0.0 };
        Usual { laps: column.inclusive.count, total: whole(column.inclusive.sum), own: whole(column.exclusive.sum) }
    }
}

impl Saved for Column {
    fn write(&self, out: &mut Writer<'_>) {
        let usual = Usual::of(self);
        out.object(&mut |out| {
            out.key("component");
            self.component.write(out);
            out.field("inclusive", &self.inclusive);
            if !is_same_spread(&self.exclusive, &self.inclusive) {
                out.key("exclusive");
                self.exclusive.write(out);
            }
            if self.laps != usual.laps {
                out.key("laps");
                self.laps.write(out);
            }
            if !is_same_amount(&self.total, &usual.total) {
                out.key("total");
                self.total.write(out);
            }
            if !is_same_amount(&self.own, &usual.own) {
                out.key("own");
                self.own.write(out);
            }
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Column, Fault> {
        let mut column = Column::default();
        let mut component = None;
        let (mut exclusive, mut laps, mut total, mut own) = (None, None, None, None);
        from.object("an object, the column,", &mut |field, from| {
            match field {
                "component" => component = Some(Saved::read(from)?),
                "inclusive" => column.inclusive = Saved::read(from)?,
                "exclusive" => exclusive = Some(Saved::read(from)?),
                "laps" => laps = Some(Saved::read(from)?),
                "total" => total = Some(Saved::read(from)?),
                "own" => own = Some(Saved::read(from)?),
                _ => from.skip()?,
            }
            Ok(())
        })?;
        column.component =
            component.ok_or_else(|| from.fault("the column that ends here has no `component`: add it"))?;
        column.exclusive = exclusive.unwrap_or(column.inclusive);
        let usual = Usual::of(&column);
        column.laps = laps.unwrap_or(usual.laps);
        column.total = total.unwrap_or(usual.total);
        column.own = own.unwrap_or(usual.own);
        Ok(column)
    }

    fn is_blank(&self) -> bool {
        false
    }
}
