//! A call path.

use crate::data::{Node, Tasks};
use crate::histogram::Histogram;
use crate::json::{Fault, Reader, Saved, Writer};

/// Before version 1.2 `wall` was all that was known of the completed calls' wall time: the sum. It's written still.
impl Saved for Tasks {
    fn write(&self, out: &mut Writer<'_>) {
        out.object(&mut |out| {
            out.field("begun", &self.begun);
            out.field("polls", &self.polls);
            out.field("wall", &self.wall.sum);
            out.field("wall_times", &self.wall);
            out.field("wall_histogram", &self.wall.histogram);
            out.field("cancelled", &self.cancelled);
            out.field("cancelled_wall", &self.cancelled_wall);
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Tasks, Fault> {
        let mut tasks = Tasks::default();
        let (mut sum, mut histogram) = (0, Histogram::default());
        from.object("an object, of async calls,", &mut |field, from| {
            match field {
                "begun" => tasks.begun = Saved::read(from)?,
                "polls" => tasks.polls = Saved::read(from)?,
                "wall" => sum = Saved::read(from)?,
                "wall_times" => tasks.wall = Saved::read(from)?,
                "wall_histogram" => histogram = Saved::read(from)?,
                "cancelled" => tasks.cancelled = Saved::read(from)?,
                "cancelled_wall" => tasks.cancelled_wall = Saved::read(from)?,
                _ => from.skip()?,
            }
            Ok(())
        })?;
        if tasks.wall.count == 0 {
            tasks.wall.sum = sum;
        }
        tasks.wall.histogram = histogram;
        Ok(tasks)
    }

    fn is_blank(&self) -> bool {
        *self == Tasks::default()
    }
}

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
            if let Some(tasks) = self.tasks.as_deref() {
                out.field("tasks", tasks);
            }
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
                "tasks" => node.tasks = Some(Box::new(Saved::read(from)?)),
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
