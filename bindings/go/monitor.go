// Package ipmon tells, packet by packet, what IP traffic crosses an interface or lies
// in a capture file.
//
//	m, err := ipmon.OpenFile("capture.pcapng", ipmon.Filter("tcp port 443"))
//	if err != nil {
//		return err
//	}
//	defer m.Close()
//	for p, err := range m.Packets(ctx) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(p.Time(), p.Source(), p.Destination(), len(p.Payload()))
//	}
//
// Packets are taken out of the library in batches, so that a packet costs no call into
// C. What a packet lends is borrowed until the loop's next step; [Packet.Clone] keeps
// it. A loop that waits for live packets waits in the runtime's network poller and holds
// no thread.
//
// It needs libipmon. With the build tag ipmon_static the library is linked in.
package ipmon

// #include <ipmon.h>
// #include <stdlib.h>
import "C"

import (
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
)

// A Monitor reads one capture file, or captures from one interface. Its methods may be
// called from any goroutine; one loop at a time takes packets from it.
type Monitor struct {
	mu     sync.Mutex
	handle *C.ipmon_t    // nil once it is freed
	closed atomic.Uint32 // 1: it is; set with mu held
	loops  bool          // a loop goes on
	lends  bool          // the loop's body may hold what the library lends
	left   chan struct{} // made by a Close that waits for the loop
	last   Stats         // once handle is nil

	notices notices

	// Of the loop alone.
	events      []Event // what the library writes batches to
	next, count int     // the next to hand out, of the batch's
	file        *os.File
	poll        syscall.RawConn // of file; nil until there is something to wait for
}

// OpenFile opens a capture file: pcap or pcapng, compressed with gzip or zstd or not;
// "-" is standard input. Nothing is read yet: what is no capture file shows in the loop.
func OpenFile(path string, options ...Option) (*Monitor, error) {
	text, err := cString("path", path)
	if err != nil {
		return nil, err
	}
	defer freeString(text)
	return open(options, func(handle *C.ipmon_t) C.ipmon_status {
		return C.ipmon_open_pcap_file(handle, text)
	})
}

// OpenLive starts to capture from an interface, which [Interface] chooses: from here on,
// packets gather in the kernel's ring.
func OpenLive(options ...Option) (*Monitor, error) {
	return open(options, func(handle *C.ipmon_t) C.ipmon_status {
		return C.ipmon_open_live(handle)
	})
}

// CheckAccess says whether OpenLive could capture with these options now, and if not,
// what keeps it from that and what to do.
func CheckAccess(options ...Option) error {
	m, err := open(options, func(handle *C.ipmon_t) C.ipmon_status {
		return C.ipmon_check_access(handle)
	})
	if err != nil {
		return err
	}
	return m.Close()
}

func open(options []Option, start func(*C.ipmon_t) C.ipmon_status) (*Monitor, error) {
	if err := usable(); err != nil {
		return nil, err
	}
	m := &Monitor{handle: C.ipmon_new()}
	if m.handle == nil {
		return nil, &Error{NoMemory, "file descriptors, or the 4,096 monitors of a process, are used up"}
	}
	C.ipmon_set_address_text(m.handle, 0) // netip.Addr is made of bytes.
	for _, set := range options {
		if err := set(m); err != nil {
			m.Close()
			return nil, err
		}
	}
	if err := m.failure(start(m.handle)); err != nil {
		m.Close()
		return nil, err
	}
	runtime.SetFinalizer(m, (*Monitor).Close)
	return m, nil
}

// Close ends the run and gives back everything. It may be called at any time, from any
// goroutine, and again.
//
// A loop that waits for packets ends at once, and when Close returns everything is given
// back. A loop whose body runs, perhaps the one that Close is called from, keeps what it
// has borrowed until the body is through; then it ends and gives everything back, and
// Close does not wait for that.
func (m *Monitor) Close() error {
	m.mu.Lock()
	if m.closed.Swap(1) != 0 {
		m.mu.Unlock()
		return nil
	}
	if m.loops {
		C.ipmon_interrupt(m.handle)
		if m.lends {
			m.mu.Unlock()
			return nil
		}
		m.left = make(chan struct{})
	}
	left := m.left
	m.mu.Unlock()
	if left != nil {
		<-left
	}
	return m.free()
}

// free gives everything back; once, by whoever is the last to use it.
func (m *Monitor) free() error {
	runtime.SetFinalizer(m, nil)
	C.ipmon_set_active(m.handle, 0)
	m.mu.Lock()
	handle := m.handle
	m.last = stats(handle)
	m.handle = nil
	m.mu.Unlock()
	if m.file != nil {
		m.file.Close()
	}
	status := C.ipmon_free(handle)
	// Whoever kept an event against the rules finds an empty one, and no dangling memory.
	clear(m.events)
	m.next, m.count = 0, 0
	m.notices.tell()
	m.notices.free()
	if status != C.IPMON_STATUS_OK {
		return &Error{Status(status), Status(status).Error()}
	}
	return nil
}

// Accept pauses delivery (false) or resumes it, at any time. What comes meanwhile is
// counted as paused.
func (m *Monitor) Accept(accept bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed.Load() != 0 {
		return ErrClosed
	}
	return m.failure(C.ipmon_set_accept_data(m.handle, truth(accept)))
}
