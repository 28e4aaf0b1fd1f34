//! A call path.

use super::object;
use crate::data::{Node, Tasks};
use crate::json::{Fault, Reader, Saved, Writer};

object!(Tasks { ; "begun": begun, "polls": polls, "wall": wall, "cancelled": cancelled, "cancelled_wall": cancelled_wall });

impl Saved for Node {
    fn write(&self, out: &mut Writer<'_>) {
        let unless = |out: &mut Writer<'_>, name: &str, value: u64, usual: u64| {
            if value != usual {
                out.key(name);
                out.whole(value);
            }
        };
        out.object(&mut |out| {
            out.key("label");
            self.label.write(out);
            out.field("parent", &self.parent);
            out.field("thread", &self.thread);
            out.field("times", &self.times);
            out.field("histogram", &self.times.histogram);
            out.field("untimed", &self.untimed);
            out.field("running", &self.running);
            unless(out, "estimated", self.estimated, self.times.sum);
            unless(out, "total", self.total, self.estimated);
            unless(out, "own", self.own, self.total);
            out.field("tasks", &self.tasks);
            out.field("parallel", &self.is_parallel);
            out.field("throttled", &self.is_throttled);
            out.field("columns", &self.columns);
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Node, Fault> {
        let mut node = Node::default();
        let mut label = None;
        let mut histogram = None;
        let (mut estimated, mut total, mut own) = (None, None, None);
        from.object("an object, the node,", &mut |field, from| {
            match field {
                "label" => label = Some(Saved::read(from)?),
                "parent" => node.parent = Saved::read(from)?,
                "thread" => node.thread = Saved::read(from)?,
                "times" => node.times = Saved::read(from)?,
                "histogram" => histogram = Some(Saved::read(from)?),
                "untimed" => node.untimed = Saved::read(from)?,
                "running" => node.running = Saved::read(from)?,
                "estimated" => estimated = Some(Saved::read(from)?),
                "total" => total = Some(Saved::read(from)?),
                "own" => own = Some(Saved::read(from)?),
                "tasks" => node.tasks = Saved::read(from)?,
                "parallel" => node.is_parallel = Saved::read(from)?,
                "throttled" => node.is_throttled = Saved::read(from)?,
                "columns" => node.columns = Saved::read(from)?,
                _ => from.skip()?,
            }
            Ok(())
        })?;
        node.label = label.ok_or_else(|| from.fault("the node that ends here has no `label`: add it"))?;
        node.times.histogram = histogram.unwrap_or_default();
        node.estimated = estimated.unwrap_or(node.times.sum);
        node.total = total.unwrap_or(node.estimated);
        node.own = own.unwrap_or(node.total);
        Ok(node)
    }

    fn is_blank(&self) -> bool {
        false
    }
}
