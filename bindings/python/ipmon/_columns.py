"""Packets as columns that stay good: one numpy array for each field that is asked for.

The columns of a file on a disk are written by the library's Arrow stream, on the thread that
asks: a thread that reads ahead is a fifth faster where a processor has nothing else to do, and
slower elsewhere. What may have to wait for packets is copied from batches, which Ctrl-C can
end.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_int64, c_void_p
from errno import EBUSY
from threading import RLock

from ._arrow import COLUMNS, new_stream, takes
from ._errors import BUSY, NO_MEMORY, IpmonValueError, error_of
from ._structs import ipmon_packet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from ._arrow import ArrowArrayStream
    from ._batches import Batches
    from ._monitor import Monitor

# The names of fields, and of Arrow's columns where these have others.
_ARROW = {
    name: "timestamp" if name == "timestamp_ns" else name
    for name, *_ in ipmon_packet._fields_
    if (name == "timestamp_ns" or name in COLUMNS)
    and name not in ("timestamp", "source_address", "destination_address", "payload", "ip", "frame")
}


class _ArrowArray(ctypes.Structure):
    pass


_ArrowArray._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(_ArrowArray))),
    ("dictionary", c_void_p),
    ("release", ctypes.CFUNCTYPE(None, c_void_p)),
    ("private_data", c_void_p),
]


class _Owner:
    """Releases a batch when the last of its columns is gone."""

    __slots__ = ("array",)

    def __init__(self, array: _ArrowArray) -> None:
        self.array = array

    def __del__(self) -> None:
        if self.array.release:
            self.array.release(ctypes.addressof(self.array))


class _Column:
    """What numpy makes an array of, and keeps."""

    __slots__ = ("owner", "__array_interface__")

    def __init__(self, owner: _Owner, address: int, kind: str, shape: tuple[int, ...]) -> None:
        self.owner = owner
        self.__array_interface__ = {
            "version": 3, "data": (address, True), "typestr": kind, "shape": shape,
        }


class _Reader:
    """The stream, read by who asks."""

    def __init__(self, stream: ArrowArrayStream) -> None:
        self._stream = stream
        self._address = ctypes.addressof(stream)
        # What a notice calls comes from inside of it.
        self._lock = RLock()

    def next(self) -> _Owner | None:
        """The next batch; None at the end, and the stream is released by then."""
        with self._lock:
            # It owns what comes even where Ctrl-C ends this call.
            owner = _Owner(_ArrowArray())
            if self._stream.release:
                code = self._stream.get_next(self._address, ctypes.addressof(owner.array))
                if code == EBUSY:
                    raise error_of(BUSY, "a notice comes from where columns are read")
                if owner.array.release:
                    return owner
            self.stop()
            return None

    def stop(self) -> None:
        if self._stream.release:
            self._stream.release(self._address)


class Columns:
    """What `Monitor.columns()` returns."""

    def __init__(self, monitor: Monitor, names: tuple[str, ...], rows: int) -> None:
        for name in names:
            if name not in _ARROW:
                text = f"{name!r} is no column; there are {', '.join(_ARROW)}"
                raise IpmonValueError("BAD_ARGUMENT", text)
        takes(rows)
        # Arrow's columns come in its own order.
        self._names = sorted(set(names or _ARROW), key=lambda name: COLUMNS.index(_ARROW[name]))
        self._monitor = monitor
        self._kinds: list[tuple[str, str, tuple[int, ...]]] = []
        self._reader: _Reader | None = None
        self._batches: Batches | None = None
        if monitor._waits:
            self._batches = monitor.batches(rows)
        else:
            columns = [_ARROW[name] for name in self._names]
            self._reader = _Reader(new_stream(monitor, columns, rows))

    def __iter__(self) -> Columns:
        return self

    def __next__(self) -> dict[str, NDArray[Any]]:
        monitor = self._monitor
        if self._batches is not None:
            # Another thread's next batch is written over this one.
            with monitor._lock:
                array = next(self._batches).array
                return {name: array[name].copy() for name in self._names}
        assert self._reader is not None
        if monitor._notices is not None:
            monitor._notices.rethrow()
        owner = self._reader.next()
        if owner is not None:
            return self._arrays(owner)
        # What ended it is told again to who asks.
        if monitor._fill(0.0) >= 0:
            raise error_of(NO_MEMORY, "no memory for the next columns")
        raise StopIteration

    def _arrays(self, owner: _Owner) -> dict[str, NDArray[Any]]:
        import numpy

        if not self._kinds:
            from ._batches import dtype

            assert dtype.fields is not None
            kinds = [(name, dtype.fields[name][0]) for name in self._names]
            self._kinds = [(name, kind.base.str, kind.shape) for name, kind in kinds]
        length, children = owner.array.length, owner.array.children
        return {
            name: numpy.asarray(
                _Column(owner, children[i].contents.buffers[1], kind, (length, *shape))
            )
            for i, (name, kind, shape) in enumerate(self._kinds)
        }

    def __del__(self) -> None:
        reader = getattr(self, "_reader", None)
        if reader is not None:
            reader.stop()
