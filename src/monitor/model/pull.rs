//! Calls that pull, against all that other threads can ask for meanwhile.

use super::*;
use crate::monitor::session::Opened;

/// What one call took.
struct Taken(usize);

impl Batch<Watcher> for Taken {
    fn packet(&mut self, _: &mut Watcher, _: &Packet<'_, impl Fields>) {
        self.0 += 1;
    }
    fn count(&self) -> usize {
        self.0
    }
    fn is_full(&self) -> bool {
        self.0 == 1
    }
    fn done(&mut self, _: &mut Watcher) {}
    fn kept(&self) -> usize {
        self.0
    }
}

fn open(monitor: &Monitor<Watcher>, frames: u64, fails: bool) -> Result<()> {
    monitor.open(true, |_| Ok((Opened::Model(Script::new(frames, fails)), None)))
}

/// Pulls until something ends it; how many packets that gave, and why it ended.
fn pull_all(monitor: &Monitor<Watcher>) -> (usize, Kind) {
    let mut packets = 0;
    loop {
        let mut taken = Taken(0);
        match monitor.pull(&mut taken, None) {
            Ok(Pulled::Packets) => packets += taken.0,
            Ok(Pulled::TimeOver) => panic!("for ever is over"),
            Ok(Pulled::End) => return (packets, Kind::End),
            Err(error) => return (packets, error.kind),
        }
    }
}

/// A thread that pulls, until it is told to end or is refused.
fn puller(monitor: &Monitor<Watcher>) -> thread::JoinHandle<(usize, Kind)> {
    let other = monitor.clone();
    thread::spawn(move || pull_all(&other))
}

/// What was handed out is what the ledger says was delivered.
fn ended_with(monitor: &Monitor<Watcher>, seen: &Seen, packets: usize) {
    monitor.close().unwrap();
    assert_eq!(seen.ended.load(SeqCst), 1);
    let stats = monitor.stats();
    assert_eq!(stats.received, stats.accounted(), "{stats:?}");
    assert_eq!(stats.delivered, packets as u64, "{stats:?}");
}

#[test]
fn a_stop_ends_a_pull_and_accounts_for_what_it_took() {
    bounded(|| {
        let (monitor, seen) = monitor();
        open(&monitor, 1, false).unwrap();
        let thread = puller(&monitor);
        stop_for_good(&monitor, &seen);
        let (packets, why) = thread.join().unwrap();
        // A pull that begins after the stop is told how the session ended.
        assert_eq!(why, Kind::Interrupted);
        ended_with(&monitor, &seen, packets);
    });
}

#[test]
fn a_free_ends_a_pull() {
    bounded(|| {
        let (monitor, seen) = monitor();
        open(&monitor, 1, false).unwrap();
        let thread = puller(&monitor);
        monitor.close().unwrap();
        let before = seen.events();
        let (packets, why) = thread.join().unwrap();
        assert_eq!(seen.events(), before, "an event after a free returned");
        assert_eq!(why, Kind::Interrupted);
        ended_with(&monitor, &seen, packets);
    });
}

#[test]
fn an_interrupt_ends_one_pull_and_what_is_open_stays_open() {
    bounded(|| {
        let (monitor, seen) = monitor();
        open(&monitor, 1, false).unwrap();
        let thread = puller(&monitor);
        monitor.interrupt();
        let (packets, why) = thread.join().unwrap();
        assert_eq!(why, Kind::Interrupted);
        assert_eq!(seen.ended.load(SeqCst), 0);
        let mut rest = Taken(0);
        if packets == 0 {
            assert_eq!(monitor.pull(&mut rest, None), Ok(Pulled::Packets));
        }
        ended_with(&monitor, &seen, packets + rest.0);
    });
}

#[test]
fn of_two_pulls_at_once_one_is_busy_or_they_share() {
    bounded(|| {
        let (monitor, seen) = monitor();
        open(&monitor, 2, true).unwrap();
        let thread = puller(&monitor);
        let (mine, why) = pull_all(&monitor);
        let (theirs, other) = thread.join().unwrap();
        assert!(matches!(
            (why, other),
            (Kind::DeviceGone, Kind::DeviceGone | Kind::Busy) | (Kind::Busy, Kind::DeviceGone)
        ));
        assert_eq!(mine + theirs, 2);
        ended_with(&monitor, &seen, 2);
    });
}

#[test]
fn a_stop_while_another_thread_opens_ends_what_was_opened() {
    bounded(|| {
        let (monitor, seen) = monitor();
        let other = monitor.clone();
        let thread = thread::spawn(move || open(&other, 1, false).is_ok());
        stop_for_good_or_before(&monitor, &seen);
        let _ = thread.join().unwrap();
        ended_with(&monitor, &seen, 0);
    });
}

#[test]
fn a_failure_of_a_pull_crosses_a_stop() {
    bounded(|| {
        let (monitor, seen) = monitor();
        open(&monitor, 0, true).unwrap();
        let thread = puller(&monitor);
        stop_for_good(&monitor, &seen);
        let (_, why) = thread.join().unwrap();
        assert!(matches!(why, Kind::DeviceGone | Kind::Interrupted), "{why:?}");
        ended_with(&monitor, &seen, 0);
    });
}

#[test]
fn every_call_at_once_with_a_pull() {
    let bound = if thorough() { Some(4) } else { Some(2) };
    for one in ACTS {
        check(bound, move || {
            let (monitor, seen) = monitor();
            open(&monitor, 1, false).unwrap();
            let (other, their) = (monitor.clone(), Arc::clone(&seen));
            let thread = thread::spawn(move || act(one, &other, &their));
            let mut taken = Taken(0);
            // Its answer depends on who comes first; that it answers does not: a packet
            // waits, unless it was stopped or pauses.
            if !matches!(one, Act::Pause) {
                let _ = monitor.pull(&mut taken, None);
            }
            thread.join().unwrap();
            monitor.close().unwrap();
            let stats = monitor.stats();
            assert_eq!(stats.received, stats.accounted(), "{one:?}: {stats:?}");
        });
    }
}
