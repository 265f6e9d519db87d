//! What a sequence does with a file: parses it, pulls from it, or streams it as Arrow
//! batches.

use super::*;

pub(super) const OF_A_RUN: [i32; 6] = [OK, INTERRUPTED, NOT_FOUND, IO, NO_LIBPCAP, BAD_ARGUMENT];
/// `NOT_A_CAPTURE`, `TRUNCATED`, `MALFORMED`, `UNSUPPORTED`.
pub(super) const OF_A_FILE: [i32; 4] = [-20, -21, -22, -23];

impl Play {
    pub(super) fn parse(&self, m: Handle) {
        let path = match self.input.byte() % 8 {
            0 => CString::new("/dev/null").unwrap(),
            1 => CString::new([b"/nowhere/", self.input.text().as_bytes()].concat()).unwrap(),
            6 => return self.open(m, Play::pull),
            7 => return self.open(m, Play::batches),
            _ => self.file.clone(),
        };
        let (alive, busy) = (self.alive.borrow().contains(&m), self.is_running(m));
        self.running.borrow_mut().push(m);
        // SAFETY: a text that lives through the call.
        let status = unsafe { ipmon_parse_pcap_file(m, path.as_ptr()) };
        self.running.borrow_mut().pop();
        let idle = [&OF_A_RUN[..], &OF_A_FILE].concat();
        let allowed = if busy { &[BUSY, BAD_ARGUMENT][..] } else { &idle };
        if alive && !self.alive.borrow().contains(&m) {
            // Freed in one of its callbacks.
            return assert!(allowed.contains(&status));
        }
        self.expect(m, status, allowed);
        if !busy {
            self.ledger(m);
        }
    }

    /// Opens the file, reads some of it, and ends what is open.
    fn open(&self, m: Handle, read: fn(&Self, Handle)) {
        let busy = self.is_running(m);
        self.running.borrow_mut().push(m);
        // SAFETY: a text that lives through the call.
        let status = unsafe { ipmon_open_pcap_file(m, self.file.as_ptr()) };
        self.expect(m, status, if busy { &[BUSY] } else { &[OK, NO_LIBPCAP] });
        if status == OK {
            read(self, m);
            // Freed, maybe, in a callback of its own.
            let stopped = ipmon_set_active(m, 0);
            assert!(stopped == OK || stopped == BAD_HANDLE);
        }
        self.running.borrow_mut().pop();
        if !busy {
            self.ledger(m);
        }
    }

    /// Packets by batches and by callbacks, in turn.
    fn pull(&self, m: Handle) {
        let more = usize::from(self.input.byte() % 4);
        let capacity = usize::from(self.input.byte() % 8);
        let mut room = vec![0_u64; (PACKET_SIZE / 8 + more) * capacity.max(1)];
        // What may come of a pull, also of one behind the end, or behind a free in a callback.
        let ends = [&OF_A_FILE[..], &[TIMEOUT, END, INTERRUPTED, BAD_ARGUMENT, BAD_HANDLE]];
        let ends = [&ends.concat()[..], &[IO, NO_LIBPCAP]].concat();
        for _ in 0..self.input.byte() % 16 {
            let time = c_int::from(self.input.byte() % 2) - 1;
            if self.input.byte().is_multiple_of(4) {
                let status = ipmon_do_events(m, time);
                assert!(status == OK || ends.contains(&status), "{status}");
                continue;
            }
            let size = PACKET_SIZE + 8 * more;
            // SAFETY: room for so many of that size.
            let n = unsafe { ipmon_next_batch(m, room.as_mut_ptr(), size, capacity, time) };
            let (mut base, mut length, mut fd) = (null(), 0, -1);
            // SAFETY: pointers to what the function writes.
            let bytes = unsafe { ipmon_batch_bytes(m, &raw mut base, &raw mut length) };
            // SAFETY: as above.
            let descriptor = unsafe { ipmon_get_fd(m, &raw mut fd) };
            if n < 0 {
                assert!(ends.contains(&(n as i32)), "{n}");
                continue;
            }
            assert!(n as usize <= capacity && bytes == OK && descriptor == OK && fd >= 0);
            // SAFETY: what the packets' frames lie in, until the next pull.
            let lent = unsafe { std::slice::from_raw_parts(base, length) };
            black_box(lent.iter().map(|b| u64::from(*b)).sum::<u64>());
            for packet in room.chunks_exact(size / 8).take(n as usize) {
                // SAFETY: the bytes of a whole packet.
                unsafe { look_at(packet.as_ptr().cast()) };
                assert!(packet[PACKET_SIZE / 8..].iter().all(|word| *word == 0));
            }
        }
    }

    /// An Arrow stream, and its batches, which may outlive it.
    fn batches(&self, m: Handle) {
        let (rows, columns) = (self.input.number(), self.input.number() as u32);
        let rows = if rows > 1 << 16 && self.too_slow() { 0 } else { rows as usize };
        // SAFETY: all of its members may be 0.
        let mut stream: Stream = unsafe { std::mem::zeroed() };
        // SAFETY: a struct to be written to.
        let status = unsafe { ipmon_arrow_stream(m, rows, columns, &raw mut stream) };
        let good = rows <= 1 << 20 && columns < 1 << 28;
        self.expect(m, status, if good { &[OK] } else { &[BAD_ARGUMENT] });
        let Some(release) = stream.release else { return };
        let get_next = stream.get_next.unwrap();
        let mut kept = Vec::new();
        for _ in 0..self.input.byte() % 8 {
            // SAFETY: as above.
            let mut batch: Array = unsafe { std::mem::zeroed() };
            // SAFETY: the stream is not released.
            if unsafe { get_next(&raw mut stream, &raw mut batch) } != 0 {
                // SAFETY: as above; a text that ends.
                assert!(!unsafe { stream.get_last_error.unwrap()(&raw mut stream) }.is_null());
            } else if batch.release.is_some() {
                // SAFETY: a batch that is not released.
                black_box(unsafe { look_into(&batch) });
                kept.push(batch);
            }
        }
        if self.input.byte().is_multiple_of(2) {
            // SAFETY: once.
            unsafe { release(&raw mut stream) };
        }
        for mut batch in kept {
            // SAFETY: as above, and it is not released.
            unsafe { black_box(look_into(&batch)) };
            // SAFETY: once.
            unsafe { batch.release.unwrap()(&raw mut batch) };
        }
        if stream.release.is_some() {
            // SAFETY: once.
            unsafe { release(&raw mut stream) };
        }
    }

    /// After a run nothing is left open.
    fn ledger(&self, m: Handle) {
        let mut words = [0; STATS_WORDS];
        // SAFETY: an array of that size.
        let status = unsafe { ipmon_get_stats(m, words.as_mut_ptr(), STATS_WORDS * 8) };
        if status == OK {
            let [_, received, accounted @ .., _bytes] = words;
            assert_eq!(received, accounted.iter().sum::<u64>(), "the ledger: {words:?}");
        }
    }
}

/// Reads every byte of a batch whose columns are of one byte a row at least.
unsafe fn look_into(batch: &Array) -> u64 {
    let rows = batch.length as usize;
    let mut sum = 0;
    for n in 0..batch.n_children as usize {
        // SAFETY: as many children as it says, each a column that is not released.
        let column = unsafe { &**batch.children.add(n) };
        // SAFETY: every column has values, or offsets.
        let values = unsafe { *column.buffers.add(1) };
        let mut length = rows;
        let mut bytes = values;
        if column.n_buffers == 3 {
            // SAFETY: the offset behind the last value.
            length = unsafe { *values.cast::<i32>().add(rows) } as usize;
            // SAFETY: the bytes of texts.
            bytes = unsafe { *column.buffers.add(2) };
        }
        // SAFETY: so many bytes, at least.
        let bytes = unsafe { std::slice::from_raw_parts(bytes, length) };
        sum += bytes.iter().map(|b| u64::from(*b)).sum::<u64>();
    }
    sum
}
