//! Statistics of numbers, and amounts.

use crate::Spread;
use crate::data::Amount;
use crate::json::{Fault, Reader, Saved, Writer};

/// `[count, sum, origin, squares, least, greatest]`, and the latter two since the snapshot before, where they differ; null
/// if there are none.
impl Saved for Spread {
    fn write(&self, out: &mut Writer<'_>) {
        out.array(&mut |out| {
            out.whole(self.count);
            for number in [self.sum, self.origin, self.squares, self.extremes.0, self.extremes.1] {
                out.number(number);
            }
            if same(&[self.interval.0, self.interval.1], &[Spread::NONE.0, Spread::NONE.1]) {
                out.number(f64::NAN);
            } else if !same(&[self.extremes.0, self.extremes.1], &[self.interval.0, self.interval.1]) {
                out.number(self.interval.0);
                out.number(self.interval.1);
            }
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Spread, Fault> {
        let mut spread = Spread::default();
        let (mut length, mut interval) = (0, (None::<f64>, None));
        from.array("a list, of statistics,", &mut |index, from| {
            match index {
                0 => spread.count = Saved::read(from)?,
                1 => spread.sum = Saved::read(from)?,
                2 => spread.origin = Saved::read(from)?,
                3 => spread.squares = Saved::read(from)?,
                4 => spread.extremes.0 = Saved::read(from)?,
                5 => spread.extremes.1 = Saved::read(from)?,
                6 => interval.0 = Some(Saved::read(from)?),
                7 => interval.1 = Some(Saved::read(from)?),
                _ => from.skip()?,
            }
            length = index + 1;
            Ok(())
        })?;
        spread.interval = match (length, interval) {
            (6, _) => spread.extremes,
            (7, (Some(least), _)) if least.is_nan() => Spread::NONE,
            (8.., (Some(least), Some(greatest))) => (least, greatest),
            _ => {
                return Err(
                    from.fault("this list ends too early: 6 numbers are needed, or 8 with the interval's extremes")
                );
            }
        };
        Ok(spread)
    }

    fn is_blank(&self) -> bool {
        is_same_spread(self, &Spread::default())
    }
}

/// A number, or `[sum, per]` for a share.
impl Saved for Amount {
    fn write(&self, out: &mut Writer<'_>) {
        if self.per.to_bits() == 0 {
            return out.number(self.sum);
        }
        out.array(&mut |out| {
            out.number(self.sum);
            out.number(self.per);
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Amount, Fault> {
        if !from.is_list() {
            return Ok(Amount { sum: from.number()?, per: 0.0 });
        }
        let mut amount = Amount::default();
        let mut length = 0;
        from.array("an amount", &mut |index, from| {
            match index {
                0 => amount.sum = Saved::read(from)?,
                1 => amount.per = Saved::read(from)?,
                _ => from.skip()?,
            }
            length = index + 1;
            Ok(())
        })?;
        if length < 2 {
            Err(from.fault("this list ends too early: write the sum, and what it's a share of"))
        } else {
            Ok(amount)
        }
    }

    fn is_blank(&self) -> bool {
        same(&[self.sum, self.per], &[0.0, 0.0])
    }
}

/// Whether numbers are the same to the bit, so that what's left out is read as it was: −0 isn't 0, and what's no number is
/// the same as itself.
fn same(some: &[f64], others: &[f64]) -> bool {
    some.iter().zip(others).all(|(one, other)| one.to_bits() == other.to_bits())
}

pub(super) fn is_same_spread(one: &Spread, other: &Spread) -> bool {
    let numbers =
        |of: &Spread| [of.sum, of.origin, of.squares, of.extremes.0, of.extremes.1, of.interval.0, of.interval.1];
    one.count == other.count && same(&numbers(one), &numbers(other))
}

pub(super) fn is_same_amount(one: &Amount, other: &Amount) -> bool {
    same(&[one.sum, one.per], &[other.sum, other.per])
}
