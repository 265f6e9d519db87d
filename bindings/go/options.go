package ipmon

// #include <ipmon.h>
// #include <stdlib.h>
import "C"

import (
	"math"
	"strings"
	"time"
	"unsafe"
)

// An Option says how a monitor is opened. Those that live captures or files alone have a
// use for are passed over by the others.
type Option func(*Monitor) error

// Interface chooses what a live capture watches: the name of an interface, a local
// address of it, or "any" for all; without it, the interface of the default route.
func Interface(nameOrAddress string) Option {
	return textOption("interface", nameOrAddress, func(m *Monitor, text *C.char) C.ipmon_status {
		return C.ipmon_set_local_host(m.handle, text)
	})
}

// Filter takes only the frames that match an expression as tcpdump has it
// (pcap-filter(7)), from an interface or a file.
func Filter(expression string) Option {
	return textOption("filter", expression, func(m *Monitor, text *C.char) C.ipmon_status {
		return C.ipmon_set_filter(m.handle, text)
	})
}

// Only takes the packets of one direction. Live.
func Only(direction Direction) Option {
	return option(func(m *Monitor) C.ipmon_status {
		return C.ipmon_set_direction(m.handle, C.int(direction))
	})
}

// Promiscuous says whether to ask the interface for frames that are not addressed to this
// host, which is the default. Live.
func Promiscuous(on bool) Option {
	return option(func(m *Monitor) C.ipmon_status {
		return C.ipmon_set_promiscuous(m.handle, truth(on))
	})
}

// AllMulticast asks the interface for the frames of every multicast group. Live.
func AllMulticast() Option {
	return option(func(m *Monitor) C.ipmon_status {
		return C.ipmon_set_all_multicast(m.handle, 1)
	})
}

// SnapLength is how many bytes of each frame to keep: 1 to 262,144, the default. Live.
func SnapLength(bytes int) Option {
	return option(func(m *Monitor) C.ipmon_status {
		return C.ipmon_set_snap_length(m.handle, number(int64(bytes)))
	})
}

// BufferSize is the size of the kernel's ring in bytes, 1 MiB to 2 GiB - 1; the default
// is 32 MiB. Packets wait in it while a loop's body takes its time. Live.
func BufferSize(bytes int) Option {
	return option(func(m *Monitor) C.ipmon_status {
		return C.ipmon_set_buffer_size(m.handle, number(int64(bytes)))
	})
}

// Latency is how long a packet may wait for others to be handed over with it: up to
// 20 ms, rounded down to microseconds; the default is 1 ms. Live.
func Latency(wait time.Duration) Option {
	return option(func(m *Monitor) C.ipmon_status {
		return C.ipmon_set_latency(m.handle, number(wait.Microseconds()))
	})
}

// Reopen has the capture outlive its interface, and go on with the next of that name.
// Live.
func Reopen() Option {
	return option(func(m *Monitor) C.ipmon_status {
		return C.ipmon_set_reopen(m.handle, 1)
	})
}

// AdapterTime has the adapter's own clock stamp packets, where it can. Live.
func AdapterTime() Option {
	return option(func(m *Monitor) C.ipmon_status {
		return C.ipmon_set_time_source(m.handle, C.IPMON_TIME_SOURCE_ADAPTER)
	})
}

// Map maps the file into memory, which saves a copy of every byte: for files that nobody
// touches meanwhile. Where a mapped file is shortened, this process gets SIGBUS.
func Map() Option {
	return option(func(m *Monitor) C.ipmon_status {
		return C.ipmon_set_file_access(m.handle, C.IPMON_FILE_ACCESS_MAP)
	})
}

// OnNotice has f called for what happens during a run and is no packet, such as a gap
// that the kernel made: by the goroutine of the loop, in front of the packets that come
// behind it, and by whoever closes the monitor.
func OnNotice(f func(Notice)) Option {
	return option(func(m *Monitor) C.ipmon_status {
		return m.notices.collect(m.handle, f)
	})
}

func option(set func(*Monitor) C.ipmon_status) Option {
	return func(m *Monitor) error { return m.failure(set(m)) }
}

func textOption(name, text string, set func(*Monitor, *C.char) C.ipmon_status) Option {
	return func(m *Monitor) error {
		c, err := cString(name, text)
		if err != nil {
			return err
		}
		defer freeString(c)
		return m.failure(set(m, c))
	}
}

// cString is a text for C, where NUL would end it.
func cString(name, text string) (*C.char, error) {
	if strings.IndexByte(text, 0) >= 0 {
		return nil, &Error{BadArgument, name + " contains a NUL byte"}
	}
	return C.CString(text), nil
}

func freeString(text *C.char) { C.free(unsafe.Pointer(text)) }

// number is a number for C. What does not fit is above every limit that the library has,
// and so refused by it.
func number(n int64) C.uint32_t {
	if n < 0 || n > math.MaxUint32 {
		return math.MaxUint32
	}
	return C.uint32_t(n)
}

func truth(b bool) C.int {
	if b {
		return 1
	}
	return 0
}
