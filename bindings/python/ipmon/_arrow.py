"""A monitor as an Arrow C stream, in the capsule that consumers of Arrow ask for.

https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html
"""

from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, PYFUNCTYPE, Structure, c_char_p, c_int, c_void_p

from ._errors import BUSY, IpmonValueError, error_of
from ._library import check, lib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ._monitor import Monitor

# In the order of their bits, IPMON_COLUMN_.
COLUMNS = (
    "frame_number timestamp interface_index direction link_type frame_length "
    "frame_wire_length ip_version source_address source_port destination_address "
    "destination_port tos id flags offset ttl checksum ip_protocol ip_length payload_length "
    "payload_wire_length notes source_ip destination_ip payload ip frame"
).split()

_Release = CFUNCTYPE(None, c_void_p)


class ArrowArrayStream(Structure):
    _fields_ = [
        ("get_schema", CFUNCTYPE(c_int, c_void_p, c_void_p)),
        ("get_next", CFUNCTYPE(c_int, c_void_p, c_void_p)),
        ("get_last_error", CFUNCTYPE(c_char_p, c_void_p)),
        ("release", _Release),
        ("private_data", c_void_p),
    ]


_NAME = b"arrow_array_stream"
_new_capsule = PYFUNCTYPE(ctypes.py_object, c_void_p, c_char_p, c_void_p)(
    ("PyCapsule_New", ctypes.pythonapi)
)
# By its address: a capsule that is being destroyed must not be referred to.
_pointer_of = PYFUNCTYPE(c_void_p, c_void_p, c_char_p)(("PyCapsule_GetPointer", ctypes.pythonapi))

# The structs that capsules lead to, by their addresses.
_structs: dict[int, ArrowArrayStream] = {}
# What keeps a monitor open whose stream is read, wherever the consumer moved that: the
# library's release, and the monitor, by the stream's private data.
_streams: dict[int, tuple[Callable[[int], None], Monitor]] = {}


def _let_go(address: int) -> None:
    """Stands in a stream in place of the library's, to let go of the monitor."""
    private = ArrowArrayStream.from_address(address).private_data
    release, _ = _streams.pop(private)
    release(address)


def _end(capsule: int) -> None:
    """Releases a stream that no consumer took, and the struct that held it."""
    address = _pointer_of(capsule, _NAME)
    stream = _structs.pop(address)
    if stream.release:
        stream.release(address)


_release, _end_capsule = _Release(_let_go), CFUNCTYPE(None, c_void_p)(_end)


def mask(columns: Iterable[str] | None) -> int:
    bits = 0
    for name in columns or ():
        if name not in COLUMNS:
            text = f"{name!r} is no column; there are {', '.join(COLUMNS)}"
            raise IpmonValueError("BAD_ARGUMENT", text)
        bits |= 1 << COLUMNS.index(name)
    if columns is not None and not bits:
        raise IpmonValueError("BAD_ARGUMENT", "no column is chosen; None is the usual ones")
    return bits


def takes(rows: int) -> None:
    if not 0 < rows <= 1 << 20:
        raise IpmonValueError("BAD_ARGUMENT", "a batch has 1 to 1,048,576 rows")


def new_stream(monitor: Monitor, columns: Iterable[str] | None, rows: int) -> ArrowArrayStream:
    takes(rows)
    bits = mask(columns)
    with monitor._lock:
        handle = monitor._open_handle()
        if monitor._left:
            text = f"{len(monitor._left)} packets wait that a loop left: take() them first"
            raise error_of(BUSY, text)
        stream = ArrowArrayStream()
        check(lib.ipmon_arrow_stream(handle, rows, bits, ctypes.addressof(stream)), handle)
    return stream


def capsule(stream: ArrowArrayStream, monitor: Monitor) -> object:
    address = ctypes.addressof(stream)
    # Called by its address: a field that is read is a view, and shows what lies there now.
    release = _Release(ctypes.cast(stream.release, c_void_p).value or 0)
    _streams[stream.private_data] = release, monitor
    stream.release = _release
    _structs[address] = stream
    # The stream is who closes a monitor that nobody else knows any more.
    monitor._given = True
    return _new_capsule(address, _NAME, ctypes.cast(_end_capsule, c_void_p))


class ArrowTable:
    """What `Monitor.arrow()` returns: a monitor with a choice of columns."""

    def __init__(self, monitor: Monitor, columns: Iterable[str] | None, rows: int) -> None:
        takes(rows)
        self._monitor = monitor
        self._columns = None if columns is None else tuple(columns)
        mask(self._columns)
        self._rows = rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return capsule(new_stream(self._monitor, self._columns, self._rows), self._monitor)
