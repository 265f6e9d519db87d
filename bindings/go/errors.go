package ipmon

// #include <ipmon.h>
import "C"

import (
	"fmt"
	"io/fs"
	"sync"
	"unsafe"
)

// Status is how a call of the library ended. It is an error to compare with:
// errors.Is(err, ipmon.BadFilter).
type Status int32

const (
	OK               Status = C.IPMON_STATUS_OK
	NullArgument     Status = C.IPMON_STATUS_NULL_ARGUMENT
	BadArgument      Status = C.IPMON_STATUS_BAD_ARGUMENT // a value that means nothing here
	BadHandle        Status = C.IPMON_STATUS_BAD_HANDLE   // the monitor is closed
	BadSize          Status = C.IPMON_STATUS_BAD_SIZE
	Busy             Status = C.IPMON_STATUS_BUSY // another loop goes on
	Pending          Status = C.IPMON_STATUS_PENDING
	Interrupted      Status = C.IPMON_STATUS_INTERRUPTED
	Timeout          Status = C.IPMON_STATUS_TIMEOUT
	End              Status = C.IPMON_STATUS_END // there are no further packets
	NoMemory         Status = C.IPMON_STATUS_NO_MEMORY
	NoPermission     Status = C.IPMON_STATUS_NO_PERMISSION // the text has the command that grants it
	NoDevice         Status = C.IPMON_STATUS_NO_DEVICE
	DeviceDown       Status = C.IPMON_STATUS_DEVICE_DOWN
	DeviceGone       Status = C.IPMON_STATUS_DEVICE_GONE // removed during the capture
	NoLibpcap        Status = C.IPMON_STATUS_NO_LIBPCAP  // needed for filters
	BadFilter        Status = C.IPMON_STATUS_BAD_FILTER
	FilterTooComplex Status = C.IPMON_STATUS_FILTER_TOO_COMPLEX
	NotFound         Status = C.IPMON_STATUS_NOT_FOUND
	IO               Status = C.IPMON_STATUS_IO
	NotACapture      Status = C.IPMON_STATUS_NOT_A_CAPTURE
	FileTruncated    Status = C.IPMON_STATUS_TRUNCATED // the file ends within a record
	Malformed        Status = C.IPMON_STATUS_MALFORMED // the file contradicts its format
	Unsupported      Status = C.IPMON_STATUS_UNSUPPORTED
	Forked           Status = C.IPMON_STATUS_FORKED
	Panic            Status = C.IPMON_STATUS_PANIC // a bug in the library, contained
	System           Status = C.IPMON_STATUS_SYSTEM
)

var names = [...]string{
	"OK", "NULL_ARGUMENT", "BAD_ARGUMENT", "BAD_HANDLE", "BAD_SIZE", "BUSY", "PENDING",
	"INTERRUPTED", "TIMEOUT", "END", "NO_MEMORY", "NO_PERMISSION", "NO_DEVICE",
	"DEVICE_DOWN", "DEVICE_GONE", "NO_LIBPCAP", "BAD_FILTER", "FILTER_TOO_COMPLEX",
	"NOT_FOUND", "IO", "NOT_A_CAPTURE", "TRUNCATED", "MALFORMED", "UNSUPPORTED",
	"FORKED", "PANIC", "SYSTEM",
}

// Name is the status as C has it, without IPMON_STATUS_.
func (s Status) Name() string {
	if s <= 0 && int(-s) < len(names) {
		return names[-s]
	}
	return fmt.Sprint(int32(s))
}

// Error is a short text for the status.
func (s Status) Error() string { return C.GoString(C.ipmon_status_text(C.ipmon_status(s))) }

// An Error is a failure: its status, and one line about what happened and, where there is
// one, what to do.
type Error struct {
	Status Status
	Text   string
}

// ErrClosed is what a monitor answers once it is closed.
var ErrClosed = &Error{BadHandle, "the monitor is closed"}

func (e *Error) Error() string { return e.Text }

// Is compares with a Status; with fs.ErrNotExist, fs.ErrPermission and fs.ErrClosed too.
func (e *Error) Is(target error) bool {
	switch target {
	case fs.ErrNotExist:
		return e.Status == NotFound
	case fs.ErrPermission:
		return e.Status == NoPermission
	case fs.ErrClosed:
		return e == ErrClosed
	}
	return target == error(e.Status)
}

// failure is the error of a call on the monitor; nil for OK.
func (m *Monitor) failure(status C.ipmon_status) error {
	if status == C.IPMON_STATUS_OK {
		return nil
	}
	var text [1024]C.char
	var needed C.size_t
	C.ipmon_last_error(m.handle, &text[0], C.size_t(unsafe.Sizeof(text)), &needed)
	if text[0] == 0 {
		return &Error{Status(status), Status(status).Error()}
	}
	return &Error{Status(status), C.GoString(&text[0])}
}

// Version is the version of the library that is linked, such as "0.1.0".
func Version() string { return C.GoString(C.ipmon_version()) }

// usable refuses a library that is older than the header that this was compiled with.
var usable = sync.OnceValue(func() error {
	if has := C.ipmon_abi_version(); has < C.IPMON_ABI_VERSION {
		return &Error{Unsupported, fmt.Sprintf(
			"libipmon is too old: its ABI is version %d, and %d is needed", has, C.IPMON_ABI_VERSION)}
	}
	return nil
})
