//! The life cycle in every order in which its threads can run.
//!
//! loom tries them all, or all with so many preemptions: races need few.
//!
//! What holds in each of them: no event comes after a stop returned `Ok`, the
//! notice ENDED comes once and last, the ledger adds up, and every thread ends.

mod pull;
mod script;

pub(super) use script::Script;

use super::sink::{Notice, Removal};
use super::*;
use crate::packet::{Fields, Packet};
use crate::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use crate::sync::thread;
use script::{Seen, Watcher, adds_up, monitor, react};

/// Tries every order; with a bound, every order with at most so many
/// preemptions.
fn check(bound: Option<usize>, body: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = bound;
    model.check(body);
}

fn every_order(body: impl Fn() + Send + Sync + 'static) {
    check(None, body);
}

fn bounded(body: impl Fn() + Send + Sync + 'static) {
    check(Some(2), body);
}

/// Stops, and checks that nothing comes afterwards.
fn stop_for_good(monitor: &Monitor<Watcher>, seen: &Seen) {
    monitor.stop().unwrap();
    let before = seen.events();
    thread::yield_now();
    assert_eq!(seen.events(), before, "an event after stop returned");
}

#[test]
fn no_event_comes_after_a_stop_returned() {
    every_order(|| {
        let (monitor, seen) = monitor();
        monitor.start_with(|_| Ok(Script::new(1, false))).unwrap();
        stop_for_good(&monitor, &seen);
        assert_eq!(seen.ended.load(SeqCst), 1);
        adds_up(&monitor);
        monitor.close().unwrap();
    });
}

#[test]
fn two_stops_at_once_both_return() {
    bounded(|| {
        let (monitor, seen) = monitor();
        monitor.start_with(|_| Ok(Script::new(1, false))).unwrap();
        let (other, their) = (monitor.clone(), Arc::clone(&seen));
        let thread = thread::spawn(move || stop_for_good(&other, &their));
        stop_for_good(&monitor, &seen);
        thread.join().unwrap();
        assert_eq!(seen.ended.load(SeqCst), 1);
        monitor.close().unwrap();
    });
}

#[test]
fn a_stop_inside_the_callback_and_one_outside_do_not_deadlock() {
    bounded(|| {
        let (monitor, seen) = monitor();
        let own = monitor.clone();
        react(&monitor, move || own.stop().unwrap());
        monitor.start_with(|_| Ok(Script::new(2, false))).unwrap();
        stop_for_good(&monitor, &seen);
        assert_eq!(seen.ended.load(SeqCst), 1);
        adds_up(&monitor);
        monitor.close().unwrap();
    });
}

#[test]
fn a_free_inside_the_callback_ends_the_run() {
    bounded(|| {
        let (monitor, seen) = monitor();
        let own = monitor.clone();
        react(&monitor, move || own.close().unwrap());
        monitor.start_with(|_| Ok(Script::new(2, false))).unwrap();
        monitor.wait(None).unwrap();
        assert_eq!(seen.packets.load(SeqCst), 1);
        assert_eq!(seen.ended.load(SeqCst), 1);
        assert!(monitor.start_with(|_| Ok(Script::new(0, false))).is_err());
    });
}

#[test]
fn a_stop_and_a_free_at_once_both_return() {
    bounded(|| {
        let (monitor, seen) = monitor();
        monitor.start_with(|_| Ok(Script::new(1, false))).unwrap();
        let other = monitor.clone();
        let thread = thread::spawn(move || other.close().unwrap());
        stop_for_good(&monitor, &seen);
        thread.join().unwrap();
    });
}

#[test]
fn a_stop_while_another_thread_starts_ends_what_was_started() {
    bounded(|| {
        let (monitor, seen) = monitor();
        let other = monitor.clone();
        let thread =
            thread::spawn(move || other.start_with(|_| Ok(Script::new(1, false))).unwrap());
        stop_for_good_or_before(&monitor, &seen);
        thread.join().unwrap();
        monitor.stop().unwrap();
        assert_eq!(seen.ended.load(SeqCst), 1);
        adds_up(&monitor);
        monitor.close().unwrap();
    });
}

/// A stop that comes before the start has nothing to end.
fn stop_for_good_or_before(monitor: &Monitor<Watcher>, seen: &Seen) {
    monitor.stop().unwrap();
    if seen.ended.load(SeqCst) == 1 {
        let before = seen.events();
        thread::yield_now();
        assert_eq!(seen.events(), before, "an event after stop returned");
    }
}

#[test]
fn a_failure_on_the_capture_thread_crosses_a_stop() {
    every_order(|| {
        let (monitor, seen) = monitor();
        monitor.start_with(|_| Ok(Script::new(0, true))).unwrap();
        stop_for_good(&monitor, &seen);
        assert_eq!(seen.ended.load(SeqCst), 1);
        let outcome = monitor.wait(None);
        assert!(outcome.is_ok_and(|()| true) || monitor.last_error() == "gone");
        monitor.close().unwrap();
    });
}

#[test]
fn a_failure_a_stop_and_a_free_at_once_all_end() {
    bounded(|| {
        let (monitor, seen) = monitor();
        monitor.start_with(|_| Ok(Script::new(0, true))).unwrap();
        let other = monitor.clone();
        let thread = thread::spawn(move || other.close().unwrap());
        stop_for_good(&monitor, &seen);
        thread.join().unwrap();
        assert_eq!(seen.ended.load(SeqCst), 1);
    });
}

#[test]
fn a_free_leaves_no_source_open_whoever_starts() {
    bounded(|| {
        let (monitor, _) = monitor();
        let open = Arc::new(AtomicUsize::new(0));
        let (other, seen_open) = (monitor.clone(), Arc::clone(&open));
        let thread = thread::spawn(move || {
            other.close().unwrap();
            assert_eq!(seen_open.load(SeqCst), 0, "a source is open after the free");
        });
        // Refused when the free comes first.
        let _ = monitor.start_with(|_| Ok(Script::new(0, true).counted_in(&open)));
        thread.join().unwrap();
    });
}

#[test]
fn a_wait_returns_when_a_callback_stops_the_run() {
    bounded(|| {
        let (monitor, seen) = monitor();
        let own = monitor.clone();
        react(&monitor, move || own.stop().unwrap());
        monitor.start_with(|_| Ok(Script::new(1, false))).unwrap();
        monitor.wait(None).unwrap();
        assert_eq!(seen.ended.load(SeqCst), 1);
        monitor.close().unwrap();
    });
}

#[test]
fn an_interrupt_is_never_lost() {
    bounded(|| {
        let (monitor, _) = monitor();
        monitor.start_with(|_| Ok(Script::new(0, false))).unwrap();
        let other = monitor.clone();
        let thread = thread::spawn(move || other.interrupt());
        assert_eq!(monitor.wait(None).unwrap_err().kind, Kind::Interrupted);
        thread.join().unwrap();
        monitor.close().unwrap();
    });
}

#[test]
fn an_interrupt_ends_a_parse_that_begins() {
    every_order(|| {
        let (monitor, _) = monitor();
        let other = monitor.clone();
        let thread = thread::spawn(move || other.interrupt());
        let outcome = monitor.parse_with(|_| Ok((Script::file(), None)));
        assert_eq!(outcome.unwrap_err().kind, Kind::Interrupted);
        thread.join().unwrap();
    });
}

#[test]
fn a_removed_callback_is_not_called_again() {
    struct Removable(Arc<AtomicUsize>, bool);
    impl Sink for Removable {
        fn begin(&mut self, _: &Options) {}
        fn packet(&mut self, _: &Packet<'_, impl Fields>) {
            if self.1 {
                self.0.fetch_add(1, SeqCst);
            }
        }
        fn error(&mut self, _: &Error) {}
        fn notice(&mut self, _: &Notice<'_>) {}
        fn remove(&mut self, _: Removal) {
            self.1 = false;
        }
    }
    bounded(|| {
        let calls = Arc::new(AtomicUsize::new(0));
        let monitor = Monitor::new(Removable(Arc::clone(&calls), true)).unwrap();
        monitor.start_with(|_| Ok(Script::new(2, false))).unwrap();
        monitor.remove(Removal { packets: true, ..Removal::default() }).unwrap();
        let before = calls.load(SeqCst);
        monitor.stop().unwrap();
        assert_eq!(calls.load(SeqCst), before, "a call after the removal returned");
        assert_eq!(monitor.stats().delivered, 2);
        monitor.close().unwrap();
    });
}

/// What a thread can ask of a monitor that runs.
#[derive(Clone, Copy, Debug)]
enum Act {
    Start,
    Stop,
    Free,
    Remove,
    Interrupt,
    Pause,
    Reset,
}

const ACTS: [Act; 7] =
    [Act::Start, Act::Stop, Act::Free, Act::Remove, Act::Interrupt, Act::Pause, Act::Reset];

/// Does it, and checks what it promises; refusals are answers too.
fn act(act: Act, monitor: &Monitor<Watcher>, seen: &Seen) {
    match act {
        Act::Start => drop(monitor.start_with(|_| Ok(Script::new(0, false)))),
        Act::Stop => drop(monitor.stop().unwrap()),
        Act::Free => {
            monitor.close().unwrap();
            let before = seen.events();
            thread::yield_now();
            assert_eq!(seen.events(), before, "an event after a free returned");
        }
        Act::Remove => {
            let all = Removal { packets: true, errors: true, notices: true };
            monitor.remove(all).unwrap();
        }
        Act::Interrupt => monitor.interrupt(),
        Act::Pause => monitor.set_accept_data(false),
        Act::Reset => drop(monitor.reset()),
    }
}

/// Runs `acts` at once, each on a thread of its own, against a capture of
/// `frames` packets, whose callback does `inside`, and which fails after its
/// packets if `fails`.
fn at_once(acts: &[Act], inside: Option<Act>, frames: u64, fails: bool, bound: Option<usize>) {
    let acts = acts.to_vec();
    check(bound, move || {
        let (monitor, seen) = monitor();
        if let Some(inside) = inside {
            let (own, their) = (monitor.clone(), Arc::clone(&seen));
            react(&monitor, move || match inside {
                Act::Free => own.close().unwrap(),
                other => act(other, &own, &their),
            });
        }
        monitor.start_with(move |_| Ok(Script::new(frames, fails))).unwrap();
        let threads: Vec<_> = acts
            .iter()
            .skip(1)
            .map(|&one| {
                let (other, their) = (monitor.clone(), Arc::clone(&seen));
                thread::spawn(move || act(one, &other, &their))
            })
            .collect();
        act(acts[0], &monitor, &seen);
        for thread in threads {
            thread.join().unwrap();
        }
        // Whatever happened: it can be ended, and then all is accounted for.
        monitor.close().unwrap();
        // The callback that never ran holds the monitor, which holds it.
        monitor.set_sink(|sink| sink.react = None).unwrap();
        let stats = monitor.stats();
        assert_eq!(stats.received, stats.accounted(), "{stats:?}");
    });
}

/// Whether there is time for every order (`make abuse`), or only for those with
/// few preemptions.
fn thorough() -> bool {
    std::env::var_os("IPMON_THOROUGH").is_some()
}

#[test]
fn every_pair_of_calls_at_once() {
    for (i, one) in ACTS.into_iter().enumerate() {
        for other in ACTS.into_iter().skip(i) {
            // Every order there is, of a capture whose one event is its end; a
            // packet makes millions of them, and hours.
            if thorough() {
                at_once(&[one, other], None, 0, false, None);
            }
            let bound = if thorough() { Some(4) } else { Some(1) };
            at_once(&[one, other], None, 1, false, bound);
        }
    }
}

#[test]
fn every_call_against_one_inside_the_callback_and_a_failure() {
    let bound = if thorough() { Some(3) } else { Some(1) };
    for one in ACTS {
        for inside in [Act::Stop, Act::Free, Act::Remove] {
            for fails in [false, true] {
                at_once(&[one], Some(inside), 1, fails, bound);
            }
        }
    }
}

#[test]
fn every_three_calls_at_once() {
    let bound = if thorough() { Some(1) } else { Some(0) };
    for (i, one) in ACTS.into_iter().enumerate() {
        for (j, other) in ACTS.into_iter().enumerate().skip(i) {
            for third in ACTS.into_iter().skip(j) {
                at_once(&[one, other, third], None, 1, false, bound);
            }
        }
    }
}
