"""One IP packet, safe to keep."""

from __future__ import annotations

from ctypes import create_string_buffer
from struct import Struct

from ._library import check, lib
from ._structs import ipmon_packet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_half: Callable[[bytes, int], tuple[int]] = Struct("=H").unpack_from
_word: Callable[[bytes, int], tuple[int]] = Struct("=I").unpack_from
_signed: Callable[[bytes, int], tuple[int]] = Struct("=q").unpack_from
_number: Callable[[bytes, int], tuple[int]] = Struct("=Q").unpack_from
_pointer: Callable[[bytes, int], tuple[int]] = Struct("P").unpack_from

_ID = ipmon_packet.id.offset
_OFFSET = ipmon_packet.offset.offset
_CHECKSUM = ipmon_packet.checksum.offset
_TIMESTAMP = ipmon_packet.timestamp.offset
_TIMESTAMP_NS = ipmon_packet.timestamp_ns.offset
_PAYLOAD_LENGTH = ipmon_packet.payload_length.offset
_PAYLOAD_WIRE_LENGTH = ipmon_packet.payload_wire_length.offset
_SOURCE_PORT = ipmon_packet.source_port.offset
_DESTINATION_PORT = ipmon_packet.destination_port.offset
_SOURCE_IP = ipmon_packet.source_ip.offset
_DESTINATION_IP = ipmon_packet.destination_ip.offset
_IP = ipmon_packet.ip.offset
_FRAME = ipmon_packet.frame.offset
_IP_LENGTH = ipmon_packet.ip_length.offset
_FRAME_WIRE_LENGTH = ipmon_packet.frame_wire_length.offset
_LINK_TYPE = ipmon_packet.link_type.offset
_INTERFACE_INDEX = ipmon_packet.interface_index.offset
_NOTES = ipmon_packet.notes.offset
_FRAME_NUMBER = ipmon_packet.frame_number.offset
_FRAME_OFFSET = ipmon_packet.frame_offset.offset
_PAYLOAD_OFFSET = ipmon_packet.payload_offset.offset

# The texts of addresses that were asked for before: most captures have few.
_texts: dict[bytes, str] = {}
_MOST_TEXTS = 65_536


def format_address(ip: bytes) -> str:
    """An address of 4 or 16 bytes as text: dotted decimal, or RFC 5952."""
    text = _texts.get(ip)
    if text is None:
        if len(ip) not in (4, 16):
            raise ValueError("an address has 4 or 16 bytes")
        room = create_string_buffer(46)
        check(lib.ipmon_format_address(ip, 4 if len(ip) == 4 else 6, room, 46))
        text = room.value.decode()
        if len(_texts) >= _MOST_TEXTS:
            _texts.clear()
        _texts[ip] = text
    return text


class Packet:
    """The outermost IP packet of a frame.

    A copy of its own: it stays good for as long as you keep it, whatever becomes of the
    monitor. Every field has the name and the meaning that it has in ipmon.h.
    """

    __slots__ = ("_record", "frame")

    #: The whole frame as it was captured, link-layer headers included.
    frame: bytes

    def __init__(self, record: bytes, frame: bytes) -> None:
        self._record = record
        self.frame = frame

    @property
    def ip_version(self) -> int:
        """4 or 6."""
        return self._record[4]

    @property
    def tos(self) -> int:
        """Type of service (DS field and ECN); the traffic class of IPv6."""
        return self._record[5]

    @property
    def flags(self) -> int:
        """Reserved 4, don't fragment 2, more fragments 1; IPv6: more fragments 1."""
        return self._record[6]

    @property
    def ttl(self) -> int:
        """Time to live; the hop limit of IPv6."""
        return self._record[7]

    @property
    def source_ip(self) -> bytes:
        """The source address in network order: 4 or 16 bytes."""
        length = 4 if self._record[4] == 4 else 16
        return self._record[_SOURCE_IP : _SOURCE_IP + length]

    @property
    def destination_ip(self) -> bytes:
        """The destination address in network order: 4 or 16 bytes."""
        length = 4 if self._record[4] == 4 else 16
        return self._record[_DESTINATION_IP : _DESTINATION_IP + length]

    @property
    def source_address(self) -> str:
        """The source address as text: dotted decimal, or RFC 5952."""
        return format_address(self.source_ip)

    @property
    def destination_address(self) -> str:
        """The destination address as text."""
        return format_address(self.destination_ip)

    @property
    def source_port(self) -> int:
        """Of TCP, UDP, UDP-Lite, SCTP and DCCP; 0 where there is none."""
        return _half(self._record, _SOURCE_PORT)[0]

    @property
    def destination_port(self) -> int:
        """Likewise."""
        return _half(self._record, _DESTINATION_PORT)[0]

    @property
    def id(self) -> int:
        """The identification that fragments of one packet share."""
        return _word(self._record, _ID)[0]

    @property
    def offset(self) -> int:
        """The fragment offset in units of 8 bytes."""
        return _half(self._record, _OFFSET)[0]

    @property
    def checksum(self) -> int:
        """The header checksum of IPv4 as it stands there; 0 for IPv6."""
        return _half(self._record, _CHECKSUM)[0]

    @property
    def ip_protocol(self) -> int:
        """The protocol of the payload (IANA); behind the extension headers of IPv6."""
        return self._record[36]

    @property
    def direction(self) -> int:
        """0 unknown, 1 received by the interface, 2 sent by it."""
        return self._record[37]

    @property
    def timestamp(self) -> int:
        """When it was captured: microseconds since 1970 UTC, rounded down."""
        return _signed(self._record, _TIMESTAMP)[0]

    @property
    def timestamp_ns(self) -> int:
        """The same in nanoseconds, as exact as the source has it."""
        return _signed(self._record, _TIMESTAMP_NS)[0]

    @property
    def time(self) -> datetime:
        """The same as a `datetime` with the time zone UTC, to the microsecond."""
        from datetime import datetime, timedelta, timezone

        return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=self.timestamp)

    @property
    def payload(self) -> bytes:
        """What follows the IP header, as far as it was captured."""
        record = self._record
        start = _number(record, _PAYLOAD_OFFSET)[0] - _number(record, _FRAME_OFFSET)[0]
        return self.frame[start : start + _word(record, _PAYLOAD_LENGTH)[0]]

    @property
    def payload_length(self) -> int:
        """Captured bytes of the payload."""
        return _word(self._record, _PAYLOAD_LENGTH)[0]

    @property
    def payload_wire_length(self) -> int:
        """Bytes of the payload as the IP header states them."""
        return _word(self._record, _PAYLOAD_WIRE_LENGTH)[0]

    @property
    def ip(self) -> bytes:
        """The whole IP packet, headers included, as far as it was captured."""
        record = self._record
        start = _pointer(record, _IP)[0] - _pointer(record, _FRAME)[0]
        return self.frame[start : start + _word(record, _IP_LENGTH)[0]]

    @property
    def ip_length(self) -> int:
        """Captured bytes of the IP packet."""
        return _word(self._record, _IP_LENGTH)[0]

    @property
    def frame_length(self) -> int:
        """Captured bytes of the frame."""
        return len(self.frame)

    @property
    def frame_wire_length(self) -> int:
        """Bytes of the frame on the wire."""
        return _word(self._record, _FRAME_WIRE_LENGTH)[0]

    @property
    def link_type(self) -> int:
        """What the frame's first header is, by its LINKTYPE_ number."""
        return _word(self._record, _LINK_TYPE)[0]

    @property
    def interface_index(self) -> int:
        """The system's index; in a pcapng file, the number in its section."""
        return _word(self._record, _INTERFACE_INDEX)[0]

    @property
    def notes(self) -> int:
        """Bits of `ipmon.Note`."""
        return _word(self._record, _NOTES)[0]

    @property
    def frame_number(self) -> int:
        """The number of the frame in its file or capture, from 1."""
        return _number(self._record, _FRAME_NUMBER)[0]

    def __repr__(self) -> str:
        return (
            f"<ipmon.Packet {self.frame_number}: {self.source_address}:{self.source_port} > "
            f"{self.destination_address}:{self.destination_port}, "
            f"protocol {self.ip_protocol}, {self.payload_length} bytes>"
        )


class Note:
    """What `Packet.notes` may say, as bits (`IPMON_NOTE_` of ipmon.h)."""

    TRUNCATED = 1
    FRAGMENT = 2
    PADDING = 4
    LENGTH_ZERO = 8
    EXTENSION_TRUNCATED = 16
    TIME_OUT_OF_RANGE = 32
    NO_TIME = 64
    OFFLOADED = 128
    CHECKSUM_NOT_READY = 256
