//! What nodes refer to: labels, components and threads.

use super::object;
use crate::Unit;
use crate::data::{Component, Label, Thread};
use crate::json::{Fault, Reader, Saved, Writer};
use std::borrow::Cow;

impl Label {
    /// The path of most places: their module's, and their name.
    fn usual_path(&self) -> Cow<'static, str> {
        format!("{}::{}", self.module, self.name).into()
    }
}

impl Saved for Label {
    fn write(&self, out: &mut Writer<'_>) {
        out.object(&mut |out| {
            out.key("name");
            self.name.write(out);
            out.field("given", &self.is_given);
            out.field("module", &self.module);
            if self.path != self.usual_path() {
                out.key("path");
                self.path.write(out);
            }
            out.field("file", &self.file);
            out.field("line", &self.line);
            out.field("column", &self.column);
            if self.sample != 1 {
                out.key("sample");
                self.sample.write(out);
            }
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Label, Fault> {
        let mut label = Label { sample: 1, ..Label::default() };
        let (mut name, mut path) = (None, None);
        from.object("an object, the label,", &mut |field, from| {
            match field {
                "name" => name = Some(Saved::read(from)?),
                "given" => label.is_given = Saved::read(from)?,
                "module" => label.module = Saved::read(from)?,
                "path" => path = Some(Saved::read(from)?),
                "file" => label.file = Saved::read(from)?,
                "line" => label.line = Saved::read(from)?,
                "column" => label.column = Saved::read(from)?,
                "sample" => label.sample = Saved::read(from)?,
                _ => from.skip()?,
            }
            Ok(())
        })?;
        label.name = name.ok_or_else(|| from.fault("the label that ends here has no `name`: add it"))?;
        label.path = path.unwrap_or_else(|| label.usual_path());
        Ok(label)
    }

    fn is_blank(&self) -> bool {
        false
    }
}

/// Its symbol.
impl Saved for Unit {
    fn write(&self, out: &mut Writer<'_>) {
        out.string(&self.to_string());
    }

    fn read(from: &mut Reader<'_>) -> Result<Unit, Fault> {
        Ok(Unit::of_symbol(&from.string()?))
    }

    fn is_blank(&self) -> bool {
        *self == Unit::Count
    }
}

object!(Component {
    "name": name;
    "description": description,
    "unit": unit,
    "event": is_event,
    "signed": is_signed,
    "tally": is_tally,
    "sampled": is_sampled,
});

object!(Thread { "name": name; "id": id });
