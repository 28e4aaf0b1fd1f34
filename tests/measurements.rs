//! Measurements: exact figures, merged by name, bounded in number. One test: its caps are the process's.

use instrument::{measure, snapshot};

#[test]
fn measurements_are_exact_and_their_names_bounded() {
    for value in [2.0, 4.0, 9.0] {
        measure!("speed", value);
    }
    instrument::measure("speed", 5.0);
    std::thread::spawn(|| measure!("speed", 10u8)).join().expect("no panic");
    instrument::measure("not a number", f64::NAN);
    let first = snapshot();
    let speed = &first.measurements()[0];
    assert_eq!((speed.name(), speed.count(), speed.sum()), ("speed", 5, 30.0));
    assert_eq!((speed.min(), speed.max(), speed.mean()), (2.0, 10.0, 6.0));
    // Population: (16 + 4 + 9 + 1 + 16) / 5 = 9.2
    assert!((speed.stddev() - 9.2f64.sqrt()).abs() < 1e-12);
    assert_eq!(first.measurements().len(), 1, "what isn't a number isn't observed");
    assert_eq!(first.lost().not_a_number, 1);

    // A small deviation of large values, first on one thread, then with another's of another origin, then of an interval.
    let large = |snapshot: &instrument::Snapshot| {
        let all = snapshot.measurements();
        all.iter().find(|m| m.name() == "time of day").expect("measured").stddev()
    };
    for value in [1.7e9, 1.7e9 + 1.0, 1.7e9 + 2.0] {
        measure!("time of day", value);
    }
    let before = snapshot();
    assert!((large(&before) - (2.0f64 / 3.0).sqrt()).abs() < 1e-6, "{}", large(&before));
    std::thread::spawn(|| [1.7e9 + 3.0, 1.7e9 + 4.0].map(|value| instrument::measure("time of day", value)))
        .join()
        .expect("no panic");
    let after = snapshot();
    assert!((large(&after) - 2.0f64.sqrt()).abs() < 1e-6, "{}", large(&after));
    assert!((large(&after.since(&before)) - 0.5).abs() < 1e-6, "{}", large(&after.since(&before)));

    // What can't be added up is counted, and leaves no trace in what can.
    for value in [f64::INFINITY, 1e143, f64::NEG_INFINITY, 1e308, -1e143, 1e308, f64::NAN] {
        measure!("beyond", value);
        instrument::measure("beyond", value);
    }
    let after = snapshot();
    let beyond = after.measurements().iter().find(|m| m.name() == "beyond").expect("measured");
    assert_eq!((beyond.count(), beyond.sum(), beyond.mean(), beyond.stddev()), (4, 0.0, 0.0, 1e143));
    assert_eq!((beyond.min(), beyond.max()), (-1e143, 1e143));
    assert_eq!(after.lost().not_a_number, 1 + 10);

    let first = snapshot();
    measure!("speed", 7);
    let interval = snapshot().since(&first);
    let speed = &interval.measurements()[0];
    assert_eq!((speed.count(), speed.min(), speed.max()), (1, 7.0, 7.0));

    for number in 0..1_000_000 {
        instrument::measure(&format!("name {number}"), number);
    }
    let all = snapshot();
    let kept = all.measurements().iter().filter(|m| m.name().starts_with("name ")).count() as u64;
    assert!(kept <= 10_000, "{kept} names");
    assert_eq!(kept + all.lost().too_many_names, 1_000_000, "every observation is kept or counted as lost");
}
