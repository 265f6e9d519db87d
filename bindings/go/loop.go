package ipmon

// #include <ipmon.h>
import "C"

import (
	"context"
	"errors"
	"iter"
	"os"
	"syscall"
	"unsafe"
)

// How many events the library hands over at once: as many as pay for a call into C, and
// stay in a processor's caches.
const batch = 1024

// errOver ends a loop that has nothing to report.
var errOver = errors.New("over")

// Packets takes packets out, one by one: to the end of the file, or live for as long as
// the monitor is open. Each is borrowed until the loop's next step, the same *Packet
// every time.
//
// A failure comes as the last step, with a nil packet, behind every packet before it;
// the end of ctx too, as ctx.Err(). The end of the file and [Monitor.Close] just end the
// loop. A loop that is left early takes nothing with it: the next one goes on with the
// next packet.
//
// While one loop goes on, another gets [Busy]; on a closed monitor it gets [ErrClosed].
func (m *Monitor) Packets(ctx context.Context) iter.Seq2[*Packet, error] {
	return func(yield func(*Packet, error) bool) {
		p := new(Packet)
		m.loop(ctx, func(done <-chan struct{}) bool {
			events := m.events[m.next:m.count]
			for i := range events {
				if m.closed.Load() != 0 {
					break
				}
				if done != nil {
					select {
					case <-done:
						return true
					default:
					}
				}
				p.Event = &events[i]
				m.next++
				if !yield(p, nil) {
					return false
				}
			}
			return true
		}, func(err error) { yield(nil, err) })
	}
}

// Batches takes events out in the batches in which the library hands them over, up to
// 1,024 at once; otherwise it is as Packets. All of a batch is borrowed until the loop's
// next step, and counts as taken.
func (m *Monitor) Batches(ctx context.Context) iter.Seq2[[]Event, error] {
	return func(yield func([]Event, error) bool) {
		m.loop(ctx, func(<-chan struct{}) bool {
			rest := m.events[m.next:m.count]
			m.next = m.count
			return len(rest) == 0 || m.closed.Load() != 0 || yield(rest, nil)
		}, func(err error) { yield(nil, err) })
	}
}

// loop has hand take what is at hand, until it returns false, and gets more.
func (m *Monitor) loop(ctx context.Context, hand func(done <-chan struct{}) bool, fail func(error)) {
	if err := m.enter(); err != nil {
		fail(err)
		return
	}
	defer m.leave()
	done := ctx.Done()
	if done != nil {
		defer context.AfterFunc(ctx, m.interrupt)()
	}
	for ctx.Err() == nil {
		if !hand(done) {
			return
		}
		if m.next < m.count {
			break // ctx or the monitor is over.
		}
		if err := m.fill(ctx); err == errOver {
			return
		} else if err != nil {
			fail(err)
			return
		}
	}
	if err := ctx.Err(); err != nil && m.closed.Load() == 0 {
		fail(err)
	}
}

func (m *Monitor) enter() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed.Load() != 0 {
		return ErrClosed
	}
	if m.loops {
		return &Error{Busy, "another loop takes packets from this monitor; one at a time can"}
	}
	m.loops, m.lends = true, true
	if m.events == nil {
		m.events = make([]Event, batch)
	}
	return nil
}

// leave is what every loop ends with, whether it was left by a break or by a panic.
func (m *Monitor) leave() {
	m.mu.Lock()
	m.loops = false
	closed, left := m.closed.Load() != 0, m.left
	m.mu.Unlock()
	switch {
	case left != nil: // Close waits, and frees it.
		close(left)
	case closed:
		m.free()
	}
}

// interrupt has a pull that waits, or the next one, look up.
func (m *Monitor) interrupt() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.handle != nil {
		C.ipmon_interrupt(m.handle)
	}
}

// lend says whether the loop's body may hold what the library lends, and whether the
// monitor is open. While it does not, Close may wait for the loop.
func (m *Monitor) lend(lends bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lends = lends
	return m.closed.Load() == 0
}

// fill gets the next events, and waits for the first.
func (m *Monitor) fill(ctx context.Context) error {
	for {
		if !m.lend(false) {
			return errOver
		}
		// Whoever ends ctx or closes the monitor from here on interrupts the pull.
		n, err := 0, ctx.Err()
		if err == nil {
			n, err = m.pull()
		}
		open := m.lend(true)
		m.notices.tell()
		switch {
		case !open || n == int(End):
			return errOver
		case err != nil:
			return err
		case n > 0:
			m.next, m.count = 0, n
			return nil
		case n != int(Interrupted):
			return m.failure(C.ipmon_status(n))
		}
	}
}

// pull is what ipmon_next_batch returns, but that it waits in the runtime's poller: no
// thread sleeps in C.
func (m *Monitor) pull() (n int, err error) {
	if m.poll == nil {
		if n = m.look(); n != 0 {
			return n, nil
		}
		if err = m.watch(); err != nil {
			return 0, err
		}
	}
	err = m.poll.Read(func(uintptr) bool {
		n = m.look()
		return n != 0
	})
	return n, err
}

// look takes what is there. Events hold no Go pointers, so that the library may write
// them into Go's memory.
func (m *Monitor) look() int {
	out := (*C.ipmon_packet)(unsafe.Pointer(&m.events[0]))
	return int(C.ipmon_next_batch(m.handle, out, C.size_t(unsafe.Sizeof(Event{})), batch, 0))
}

// watch has the runtime's poller watch the monitor's descriptor: a duplicate, for an
// os.File closes its own.
func (m *Monitor) watch() error {
	var fd C.int
	if err := m.failure(C.ipmon_get_fd(m.handle, &fd)); err != nil {
		return err
	}
	syscall.ForkLock.RLock()
	own, err := syscall.Dup(int(fd))
	if err == nil {
		syscall.CloseOnExec(own)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return &Error{System, "dup: " + err.Error()}
	}
	// os.NewFile gives to the poller what is said not to block.
	if err := syscall.SetNonblock(own, true); err != nil {
		syscall.Close(own)
		return &Error{System, "fcntl: " + err.Error()}
	}
	m.file = os.NewFile(uintptr(own), "ipmon")
	m.poll, err = m.file.SyscallConn()
	return err
}
