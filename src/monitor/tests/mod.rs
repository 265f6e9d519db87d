//! The rules of runs, on a source that does what a test says.

mod script;

use super::*;
use script::{Act, ENDED, Event, Fixture};
use std::sync::mpsc::channel;

fn adds_up(stats: Stats) {
    assert_eq!(stats.received, stats.accounted(), "{stats:?}");
}

#[test]
fn a_stop_delivers_what_had_arrived_and_then_ended_is_the_last_event() {
    let mut f = Fixture::new();
    f.start();
    f.act(Act::Frames(3));
    f.act(Act::Frames(2));
    assert_eq!(f.next(), Event::Packet(1));
    f.monitor.stop().unwrap();
    let packets = (2..=5).map(Event::Packet);
    assert_eq!(f.rest(), packets.chain([ENDED]).collect::<Vec<_>>());
    assert_eq!(f.monitor.stats().delivered, 5);
    adds_up(f.monitor.stats());
    assert!(!f.monitor.active());
    f.monitor.wait(None).unwrap();
}

#[test]
fn a_stop_inside_the_callback_makes_the_current_packet_the_last() {
    let mut f = Fixture::new();
    let monitor = f.monitor.clone();
    f.react(Box::new(move |event| {
        if *event == Event::Packet(2) {
            assert!(monitor.active());
            monitor.stop().unwrap();
            assert!(!monitor.active());
            assert_eq!(monitor.start().unwrap_err().kind, Kind::Busy);
            assert_eq!(monitor.wait(None).unwrap_err().kind, Kind::Pending);
            assert_eq!(monitor.reset().unwrap_err().kind, Kind::Busy);
        }
    }));
    f.start();
    f.act(Act::Frames(4));
    f.monitor.wait(Some(Duration::from_secs(10))).unwrap();
    assert_eq!(f.rest(), [Event::Packet(1), Event::Packet(2), ENDED]);
    assert_eq!(f.monitor.stats().discarded, 2);
    adds_up(f.monitor.stats());
    f.react(Box::new(|_| ()));
}

#[test]
fn waiting_packets_whose_callbacks_take_too_long_are_discarded_and_counted() {
    let mut f = Fixture::new();
    f.react(Box::new(|_| std::thread::sleep(Duration::from_millis(30))));
    f.start();
    f.act(Act::Frames(1000));
    assert_eq!(f.next(), Event::Packet(1));
    f.monitor.stop().unwrap();
    let stats = f.monitor.stats();
    assert!(stats.discarded > 900, "{stats:?}");
    assert_eq!(stats.received, 1000);
    adds_up(stats);
}

#[test]
fn what_the_kernel_dropped_is_told_with_its_count() {
    let mut f = Fixture::new();
    f.start();
    f.act(Act::Frames(1));
    assert_eq!(f.next(), Event::Packet(1));
    f.act(Act::Drop(7));
    f.act(Act::Frames(1));
    f.act(Act::Drop(2));
    f.monitor.stop().unwrap();
    let gap = |count| Event::Notice(Topic::Gap, count, None);
    assert_eq!(f.rest(), [gap(7), Event::Packet(2), gap(2), ENDED]);
    let stats = f.monitor.stats();
    assert_eq!((stats.received, stats.dropped), (11, 9));
    adds_up(stats);
}

#[test]
fn a_failure_is_told_once_and_is_what_wait_returns() {
    let mut f = Fixture::new();
    let monitor = f.monitor.clone();
    f.react(Box::new(move |event| {
        if matches!(event, Event::Error(_)) {
            assert!(!monitor.active());
        }
    }));
    f.start();
    f.act(Act::Fail);
    let error = f.monitor.wait(Some(Duration::from_secs(10))).unwrap_err();
    assert_eq!(error.kind, Kind::DeviceGone);
    let gone = Kind::DeviceGone;
    assert_eq!(f.rest(), [Event::Error(gone), Event::Notice(Topic::Ended, 0, Some(gone))]);
    assert_eq!(f.monitor.last_error(), "the interface was removed");
    f.react(Box::new(|_| ()));
}

#[test]
fn a_bug_on_the_capture_thread_becomes_an_error() {
    let mut f = Fixture::new();
    f.start();
    f.act(Act::Panic);
    let error = f.monitor.wait(Some(Duration::from_secs(10))).unwrap_err();
    assert_eq!(error.kind, Kind::Panic);
    assert_eq!(f.next(), Event::Error(Kind::Panic));
    // The monitor is as good as new.
    f.start();
    f.act(Act::Frames(1));
    f.monitor.stop().unwrap();
    assert!(f.rest().ends_with(&[Event::Packet(1), ENDED]));
}

#[test]
fn paused_packets_are_counted_and_not_delivered() {
    let mut f = Fixture::new();
    let monitor = f.monitor.clone();
    f.react(Box::new(move |event| {
        if *event == Event::Packet(1) {
            monitor.set_accept_data(false);
        }
    }));
    f.start();
    f.act(Act::Frames(3));
    f.monitor.stop().unwrap();
    assert_eq!(f.rest(), [Event::Packet(1), ENDED]);
    assert_eq!(f.monitor.stats().paused, 2);
    adds_up(f.monitor.stats());
    assert!(!f.monitor.accept_data());
    f.react(Box::new(|_| ()));
}

#[test]
fn a_removal_waits_for_the_callback_that_runs_and_no_further_one_starts() {
    let mut f = Fixture::new();
    let (entered, inside) = channel();
    let (go_on, wait) = channel::<()>();
    f.react(Box::new(move |event| {
        if *event == Event::Packet(1) {
            entered.send(()).unwrap();
            wait.recv().unwrap();
        }
    }));
    f.start();
    f.act(Act::Frames(3));
    inside.recv().unwrap();
    std::thread::scope(|scope| {
        let removal = scope.spawn(|| {
            f.monitor.remove(Removal { packets: true, ..Removal::default() }).unwrap();
        });
        std::thread::sleep(Duration::from_millis(50));
        assert!(!removal.is_finished());
        go_on.send(()).unwrap();
    });
    f.act(Act::Frames(3));
    f.monitor.stop().unwrap();
    assert_eq!(f.rest(), [Event::Packet(1), ENDED]);
    // Nobody took them, and they count as delivered all the same.
    assert_eq!(f.monitor.stats().delivered, 6);
}

#[test]
fn inside_another_monitors_callback_nothing_waits() {
    let (mut one, mut other) = (Fixture::new(), Fixture::new());
    let (entered, inside) = channel();
    let (go_on, wait) = channel::<()>();
    other.react(Box::new(move |event| {
        if *event == Event::Packet(1) {
            entered.send(()).unwrap();
            wait.recv().unwrap();
        }
    }));
    let monitor = other.monitor.clone();
    one.react(Box::new(move |event| {
        if *event == Event::Packet(1) {
            let removal = Removal { notices: true, ..Removal::default() };
            assert_eq!(monitor.remove(removal).unwrap_err().kind, Kind::Pending);
            assert_eq!(monitor.stop().unwrap_err().kind, Kind::Pending);
            assert_eq!(monitor.close().unwrap_err().kind, Kind::Pending);
        }
    }));
    other.start();
    other.act(Act::Frames(1));
    inside.recv().unwrap();
    one.start();
    one.act(Act::Frames(1));
    one.monitor.stop().unwrap();
    go_on.send(()).unwrap();
    other.monitor.wait(Some(Duration::from_secs(10))).unwrap();
    assert_eq!(one.rest(), [Event::Packet(1), ENDED]);
    assert_eq!(other.rest(), [Event::Packet(1)]);
    assert!(other.monitor.start().is_err());
    one.react(Box::new(|_| ()));
}

#[test]
fn an_interrupt_ends_a_wait_and_leaves_the_capture_alone() {
    let mut f = Fixture::new();
    f.start();
    std::thread::scope(|scope| {
        let wait = scope.spawn(|| f.monitor.wait(None));
        std::thread::sleep(Duration::from_millis(20));
        f.monitor.interrupt();
        assert_eq!(wait.join().unwrap().unwrap_err().kind, Kind::Interrupted);
    });
    let short = Some(Duration::from_millis(20));
    assert_eq!(f.monitor.wait(short).unwrap_err().kind, Kind::Timeout);
    f.act(Act::Frames(1));
    assert_eq!(f.next(), Event::Packet(1));
    // Remembered for the next wait.
    f.monitor.interrupt();
    assert_eq!(f.monitor.wait(None).unwrap_err().kind, Kind::Interrupted);
    f.monitor.stop().unwrap();
    f.monitor.wait(None).unwrap();
}

#[test]
fn setters_are_refused_while_a_run_goes_on() {
    let mut f = Fixture::new();
    f.start();
    assert_eq!(f.monitor.configure(|_| Ok(())).unwrap_err().kind, Kind::Busy);
    assert_eq!(f.monitor.set_sink(|_| ()).unwrap_err().kind, Kind::Busy);
    assert_eq!(f.monitor.parse("x".as_ref()).unwrap_err().kind, Kind::Busy);
    f.monitor.stop().unwrap();
    f.monitor
        .configure(|o| {
            o.snap_length = 96;
            Ok(())
        })
        .unwrap();
    assert_eq!(f.monitor.options(|o| o.snap_length), 96);
    f.monitor.reset().unwrap();
    assert_eq!(f.monitor.options(|o| o.snap_length), crate::options::MAX_SNAP_LENGTH);
}

#[test]
fn many_threads_may_start_and_stop_at_once() {
    let mut f = Fixture::new();
    for _ in 0..50 {
        f.start();
        f.act(Act::Frames(2));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| f.monitor.stop().unwrap());
            }
        });
        let events = f.rest();
        assert_eq!(events.last(), Some(&ENDED));
        adds_up(f.monitor.stats());
    }
}
