package ipmon

import (
	"fmt"
	"net/netip"
	"time"
	"unsafe"
)

// An Event is one IP packet as the library hands it over: the outermost IP header of a
// frame, and its payload. In memory it is C's ipmon_packet.
//
// Its fields can be kept by copying them; its bytes are borrowed.
type Event struct {
	size    uint32
	Version uint8 // 4 or 6
	TOS     uint8 // type of service; the traffic class of IPv6
	Flags   uint8 // IPv4: reserved 4, don't fragment 2, more fragments 1; IPv6: 1
	TTL     uint8 // time to live; the hop limit of IPv6

	// Addresses of C's memory: numbers here, for Go's collector must not follow them.
	sourceText, destinationText uintptr

	SourcePort      uint16 // of TCP, UDP, UDP-Lite, SCTP and DCCP; 0 for others
	DestinationPort uint16
	ID              uint32 // the identification that fragments of one packet share
	Offset          uint16 // the fragment offset in units of 8 bytes
	Checksum        uint16 // the header checksum of IPv4, not verified; 0 for IPv6
	Protocol        uint8  // of the payload (IANA); behind the extension headers of IPv6
	Direction       Direction
	reserved        uint16
	Timestamp       int64 // microseconds since 1970, rounded down
	TimestampNS     int64 // nanoseconds since 1970

	payload           uintptr
	PayloadLength     uint32   // captured bytes
	PayloadWireLength uint32   // bytes as the IP header states them
	SourceIP          [16]byte // network order; IPv4 in the first four
	DestinationIP     [16]byte

	ip, frame       uintptr
	IPLength        uint32 // captured bytes of the IP packet
	FrameLength     uint32 // captured bytes of the frame
	FrameWireLength uint32 // bytes of the frame on the wire
	LinkType        uint32 // what the frame's first header is: a LINKTYPE_ number
	InterfaceIndex  uint32 // live: the system's; in a file: from 0, of its section
	Notes           Notes
	FrameNumber     uint64 // from 1; frames that hold no IP packet count too
	frameOffset     uint64
	payloadOffset   uint64
}

// Direction is which way a packet went.
type Direction uint8

const (
	Any Direction = iota // not known, or no matter
	In                   // received by the interface
	Out                  // sent by the interface
)

// Notes are bits of what is particular about a packet.
type Notes uint32

const (
	Truncated          Notes = 1 << iota // captured less than its header announces
	Fragment                             // more follow, or its offset is not 0
	Padding                              // bytes behind the packet were left out
	LengthZero                           // the header states a length of 0
	ExtensionTruncated                   // an IPv6 extension header is cut
	TimeOutOfRange                       // the times are the nearest that fit
	NoTime                               // the file holds no time for it
	Offloaded                            // the kernel has joined it, or will cut it
	ChecksumNotReady                     // the network card had yet to fill it in
)

// Source is the source address.
func (e *Event) Source() netip.Addr { return address(e.Version, &e.SourceIP) }

// Destination is the destination address.
func (e *Event) Destination() netip.Addr { return address(e.Version, &e.DestinationIP) }

func address(version uint8, ip *[16]byte) netip.Addr {
	if version == 4 {
		return netip.AddrFrom4([4]byte(ip[:4]))
	}
	return netip.AddrFrom16(*ip)
}

// Time is when the packet was captured.
func (e *Event) Time() time.Time { return time.Unix(0, e.TimestampNS) }

// Payload is what follows the IP header, and the extension headers of IPv6: borrowed.
func (e *Event) Payload() []byte { return e.borrow(&e.payload, e.PayloadLength) }

// IP is the whole IP packet: borrowed.
func (e *Event) IP() []byte { return e.borrow(&e.ip, e.IPLength) }

// Frame is the whole frame, link-layer headers included: borrowed.
func (e *Event) Frame() []byte { return e.borrow(&e.frame, e.FrameLength) }

func (e *Event) borrow(at *uintptr, length uint32) []byte {
	if e.frame == 0 { // The memory is not the library's any more.
		return nil
	}
	return unsafe.Slice(*(**byte)(unsafe.Pointer(at)), int(length))
}

// String has addresses, ports, protocol and size.
func (e *Event) String() string {
	return fmt.Sprintf("%v > %v, protocol %d, %d bytes",
		netip.AddrPortFrom(e.Source(), e.SourcePort),
		netip.AddrPortFrom(e.Destination(), e.DestinationPort), e.Protocol, e.PayloadLength)
}

// A Packet is an event and its bytes. One from a loop is borrowed until the loop's next
// step, with all that it lends; one from Clone is its owner's.
type Packet struct {
	*Event
	own []byte // a clone's frame
}

// Clone copies the packet and its bytes, to be kept.
func (p *Packet) Clone() *Packet {
	event, own := *p.Event, append([]byte{}, p.Frame()...)
	if event.frame != 0 {
		event.ip -= event.frame
		event.payload -= event.frame
		event.frame = 0
	}
	event.sourceText, event.destinationText = 0, 0
	return &Packet{&event, own}
}

// Payload is what follows the IP header, and the extension headers of IPv6.
func (p *Packet) Payload() []byte {
	if p.own != nil {
		return p.part(p.payload, p.PayloadLength)
	}
	return p.Event.Payload()
}

// IP is the whole IP packet.
func (p *Packet) IP() []byte {
	if p.own != nil {
		return p.part(p.ip, p.IPLength)
	}
	return p.Event.IP()
}

// Frame is the whole frame, link-layer headers included.
func (p *Packet) Frame() []byte {
	if p.own != nil {
		return p.own
	}
	return p.Event.Frame()
}

func (p *Packet) part(at uintptr, length uint32) []byte {
	if length == 0 {
		return p.own[:0:0]
	}
	end := at + uintptr(length)
	return p.own[at:end:end]
}
