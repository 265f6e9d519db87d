package ipmon

// #include <ipmon.h>
import "C"

import "unsafe"

// Stats is what became of every frame: after a run, Received is the sum of all others
// but Bytes. In memory it is C's ipmon_stats.
type Stats struct {
	size, reserved uint32

	Received              uint64 // the records of the file; live, what the kernel saw
	Delivered             uint64 // packets handed to this program
	NotIP                 uint64 // the link layer leads to something else, such as ARP
	Unsupported           uint64 // a link type or encapsulation that is not decoded
	Truncated             uint64 // the capture ends before IP
	MalformedVersion      uint64 // another IP version than the link layer announces
	MalformedHeaderLength uint64 // an IPv4 header length below 20 bytes
	MalformedTotalLength  uint64 // a total length below the header length
	MalformedShort        uint64 // an IP header that is not wholly captured
	Filtered              uint64 // left out by the filter; files alone
	Paused                uint64 // came while delivery was paused
	Discarded             uint64 // had arrived when the run was ended
	Dropped               uint64 // the kernel had no room for them
	Bytes                 uint64 // read from the file; live, captured
}

// Stats counts what came since the monitor was opened. After Close it has the final
// counts.
func (m *Monitor) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.handle == nil {
		return m.last
	}
	return stats(m.handle)
}

func stats(handle *C.ipmon_t) (s Stats) {
	C.ipmon_get_stats(handle, (*C.ipmon_stats)(unsafe.Pointer(&s)), C.size_t(unsafe.Sizeof(s)))
	return s
}
