package ipmon

/*
#include <ipmon.h>
#include <stdlib.h>
#include <string.h>

// Notices wait here until the call that made them has returned: Go is not called from
// C, so that a panic in the function for notices unwinds no frame of another language.
struct kept {
	struct kept *next;
	ipmon_notice notice;
	char text[];
};
struct notices {
	struct kept *first, **last;
};

static void keep(const ipmon_notice *notice, void *user_data)
{
	struct notices *to = user_data;
	size_t size = strlen(notice->text) + 1;
	struct kept *kept = malloc(sizeof *kept + size);
	if (!kept) return;
	kept->next = NULL;
	kept->notice = *notice;
	memcpy(kept->text, notice->text, size);
	*to->last = kept;
	to->last = &kept->next;
}

static ipmon_status collect(ipmon_t *m, struct notices *to)
{
	to->first = NULL;
	to->last = &to->first;
	return ipmon_set_on_notice(m, keep, to);
}

static struct kept *take(struct notices *from)
{
	struct kept *kept = from->first;
	if (kept && !(from->first = kept->next)) from->last = &from->first;
	return kept;
}

static const char *text_of(const struct kept *kept) { return kept->text; }
*/
import "C"

import (
	"time"
	"unsafe"
)

// A Notice is something that happened during a run and is no packet.
type Notice struct {
	Code   NoticeCode
	Status Status // Ended: how the run ended, OK for files and for Close
	Count  uint64 // Gap: how many frames
	Time   time.Time
	Text   string // one line
}

// NoticeCode says what happened. A newer library may have others: pass over them.
type NoticeCode int32

const (
	Ended               NoticeCode = C.IPMON_NOTICE_ENDED                 // the run is over
	Gap                 NoticeCode = C.IPMON_NOTICE_GAP                   // the kernel had no room for frames
	FilterNotApplicable NoticeCode = C.IPMON_NOTICE_FILTER_NOT_APPLICABLE // for a link type of the file
	Down                NoticeCode = C.IPMON_NOTICE_DEVICE_DOWN           // the interface was switched off
	Up                  NoticeCode = C.IPMON_NOTICE_DEVICE_UP             // the interface was switched on
	Renamed             NoticeCode = C.IPMON_NOTICE_DEVICE_RENAMED        // the text has both names
	Removed             NoticeCode = C.IPMON_NOTICE_DEVICE_REMOVED        // the interface is gone
	AddressChanged      NoticeCode = C.IPMON_NOTICE_DEVICE_ADDRESS        // another MAC address
	LinkTypeChanged     NoticeCode = C.IPMON_NOTICE_DEVICE_LINK_TYPE      // a new capture has it
	Again               NoticeCode = C.IPMON_NOTICE_DEVICE_AGAIN          // what Reopen waits for
)

// notices hands on what C keeps.
type notices struct {
	kept *C.struct_notices // nil without f
	f    func(Notice)
}

func (n *notices) collect(handle *C.ipmon_t, f func(Notice)) C.ipmon_status {
	n.f = f
	if n.kept == nil {
		n.kept = (*C.struct_notices)(C.malloc(C.sizeof_struct_notices))
	}
	return C.collect(handle, n.kept)
}

func (n *notices) tell() {
	if n.kept == nil {
		return
	}
	for kept := C.take(n.kept); kept != nil; kept = C.take(n.kept) {
		c := kept.notice
		notice := Notice{
			Code: NoticeCode(c.code), Status: Status(c.status), Count: uint64(c.count),
			Time: time.UnixMicro(int64(c.timestamp)), Text: C.GoString(C.text_of(kept)),
		}
		C.free(unsafe.Pointer(kept))
		if n.f != nil {
			n.f(notice)
		}
	}
}

func (n *notices) free() {
	C.free(unsafe.Pointer(n.kept))
	n.kept = nil
}
