//! Profilers on both sides of a process boundary: contexts, and calls split into the server's time and transport.

#[path = "checkpoints/scripted.rs"]
mod scripted;

use instrument::{Profiler, RemoteSummary, TraceContext};
use scripted::{Printed, pass};

const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

#[test]
fn a_context_continues_the_callers_trace_also_when_off() {
    let _printed = Printed::new();
    let caller: TraceContext = CALLER.parse().expect("a good header");
    let server = Profiler::with_parent("server", &caller).sink(|_| {});
    let context = server.context();
    assert_eq!(context, server.context(), "the same at each call");
    assert_eq!((context.trace_id(), context.is_sampled()), (caller.trace_id(), false));
    assert_ne!(context.parent_id(), caller.parent_id());
    let inner = Profiler::new("inner");
    assert_eq!(inner.context().trace_id(), caller.trace_id());
    drop((inner, server));

    let off = Profiler::with_parent("off", &caller).disabled(true);
    assert_eq!(off.context(), caller);
    assert!(!Profiler::new("off").disabled(true).context().is_sampled());
    let fresh = Profiler::new("fresh").sink(|_| {});
    assert!(fresh.context().is_sampled());
    assert_ne!(fresh.context().trace_id(), caller.trace_id());
}

#[test]
fn a_remote_call_is_split_into_the_servers_time_and_transport() {
    let printed = Printed::new();
    let sent = {
        let server = Profiler::new("handle the batch").sink(|_| {});
        pass(2_000);
        server.mark("parse");
        {
            let inner = Profiler::new("store");
            pass(500);
            inner.finish("write");
        }
        pass(5_500);
        server.summarize().expect("it's on").to_string()
    };
    let client = Profiler::new("client").sink(printed.sink());
    pass(10_000);
    client.mark_remote("batch call", sent.parse::<RemoteSummary>().ok());
    pass(1_000);
    client.mark_remote("lost call", None);
    pass(1_000);
    client.mark_remote("odd call", sent.parse::<RemoteSummary>().expect("what was sent"));
    drop(client);
    assert_eq!(
        printed.one(),
        "\
[client] 12.0 ms
  batch call                  10.0 ms  10.0 ms   83.3 %
    server: handle the batch  8.00 ms            80.0 %
      parse                   2.00 ms            25.0 %
      (end)                   6.00 ms            75.0 %
        [store]                500 µs             6.2 %
          write                500 µs             6.2 %
    transport                 2.00 ms            20.0 %
  lost call                   1.00 ms  11.0 ms    8.3 %
    the server's part is missing
  odd call                    1.00 ms  12.0 ms    8.3 %
    server: handle the batch  8.00 ms           800.0 %
      parse                   2.00 ms            25.0 %
      (end)                   6.00 ms            75.0 %
        [store]                500 µs             6.2 %
          write                500 µs             6.2 %
    transport                    0 ns               0 %  the server says that it took longer than the call
  (end)                          0 ns  12.0 ms      0 %
"
    );
}

#[test]
fn what_a_stranger_sends_is_printed_without_its_tricks() {
    let printed = Printed::new();
    let client = Profiler::new("client").sink(printed.sink());
    pass(10);
    let hostile = "1;18446744073709551615;a%1b[2J%0a;3;1,2000,x%0ay%e2%80%ae;8,5,deep";
    client.mark_remote("call", hostile.parse::<RemoteSummary>().expect("well-formed"));
    drop(client);
    let text = printed.one();
    let labels: Vec<_> =
        text.lines().map(|line| line.split("  ").find(|part| !part.is_empty()).unwrap_or("")).collect();
    assert_eq!(
        labels,
        [
            "[client] 10.0 µs",
            "call",
            "server: a\\u{1b}[2J\\n",
            "x\\ny\\u{202e}",
            "deep",
            "… 3 more lines than the server sent",
            "transport",
            "(end)"
        ],
        "{text}"
    );
}
