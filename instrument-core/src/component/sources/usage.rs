//! Components of what the kernel counts for the process: `getrusage`, and `/proc/self/io` on Linux.

use super::{components, difference, seconds};

components! {
    /// CPU time that all threads spent in the program's own code, in seconds.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Unix. A lap costs two calls of `getrusage`, which a bundle makes once
    /// for all its members.
    UserMode = "user_mode", "CPU time of the process in user mode", Seconds, Total;
    u64 = |sample| sample.usage().map(|usage| usage.user);
    |start, end| seconds(*start, *end);

    /// CPU time that all threads spent in the kernel on the program's behalf, in seconds.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Unix. A lap costs two calls of `getrusage`, which a bundle makes once
    /// for all its members.
    SystemMode = "system_mode", "CPU time of the process in system mode", Seconds, Total;
    u64 = |sample| sample.usage().map(|usage| usage.system);
    |start, end| seconds(*start, *end);

    /// Page faults of the process that needed no reading from a disk: a page touched for the first time, for example.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Unix. A lap costs two calls of `getrusage`, which a bundle makes once
    /// for all its members.
    MinorFaults = "minor_faults", "page faults that needed no reading from a disk", Count, Total;
    u64 = |sample| sample.usage().map(|usage| usage.minor_faults);
    |start, end| difference(*start, *end);

    /// Page faults of the process that had to wait for a disk.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Unix. A lap costs two calls of `getrusage`, which a bundle makes once
    /// for all its members.
    MajorFaults = "major_faults", "page faults that needed reading from a disk", Count, Total;
    u64 = |sample| sample.usage().map(|usage| usage.major_faults);
    |start, end| difference(*start, *end);

    /// Times that a thread of the process gave up the CPU because it had to wait.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Unix. A lap costs two calls of `getrusage`, which a bundle makes once
    /// for all its members.
    VoluntarySwitches = "voluntary_switches", "times that a thread gave up the CPU to wait", Count, Total;
    u64 = |sample| sample.usage().map(|usage| usage.voluntary);
    |start, end| difference(*start, *end);

    /// Times that a thread of the process lost the CPU to another one while it had work to do.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Unix. A lap costs two calls of `getrusage`, which a bundle makes once
    /// for all its members.
    InvoluntarySwitches = "involuntary_switches", "times that a thread lost the CPU to another", Count, Total;
    u64 = |sample| sample.usage().map(|usage| usage.involuntary);
    |start, end| difference(*start, *end);

    /// Blocks that the file system had to read from its device for the process, of 512 bytes each on Linux.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Unix. A lap costs two calls of `getrusage`, which a bundle makes once
    /// for all its members.
    BlocksIn = "blocks_in", "blocks read from a file system's device", Count, Total;
    u64 = |sample| sample.usage().map(|usage| usage.blocks_in);
    |start, end| difference(*start, *end);

    /// Blocks that the file system had to write to its device for the process, of 512 bytes each on Linux.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Unix. A lap costs two calls of `getrusage`, which a bundle makes once
    /// for all its members.
    BlocksOut = "blocks_out", "blocks written to a file system's device", Count, Total;
    u64 = |sample| sample.usage().map(|usage| usage.blocks_out);
    |start, end| difference(*start, *end);

    /// Bytes that all threads have read by `read` and its like, from wherever they came. What components themselves read
    /// under `/proc` isn't counted.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Linux. A lap costs two readings of a file under `/proc` that's kept open,
    /// which a bundle makes once for all its members.
    CharsRead = "chars_read", "bytes that were read, from wherever", Bytes, Total;
    u64 = |sample| sample.io().map(|io| io.chars_read);
    |start, end| difference(*start, *end);

    /// Bytes that all threads have written by `write` and its like, wherever they went.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Linux. A lap costs two readings of a file under `/proc` that's kept open,
    /// which a bundle makes once for all its members.
    CharsWritten = "chars_written", "bytes that were written, to wherever", Bytes, Total;
    u64 = |sample| sample.io().map(|io| io.chars_written);
    |start, end| difference(*start, *end);

    /// Bytes that had to be fetched from a device for the process, since no cache had them.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Linux. A lap costs two readings of a file under `/proc` that's kept open,
    /// which a bundle makes once for all its members.
    BytesRead = "bytes_read", "bytes that had to be fetched from a device", Bytes, Total;
    u64 = |sample| sample.io().map(|io| io.bytes_read);
    |start, end| difference(*start, *end);

    /// Bytes that the process made the kernel send to a device, now or later.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Linux. A lap costs two readings of a file under `/proc` that's kept open,
    /// which a bundle makes once for all its members.
    BytesWritten = "bytes_written", "bytes that are to be sent to a device", Bytes, Total;
    u64 = |sample| sample.io().map(|io| io.bytes_written);
    |start, end| difference(*start, *end);
}
