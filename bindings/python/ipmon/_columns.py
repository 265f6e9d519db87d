"""Packets as columns that stay good: one numpy array for each field that is asked for.

A file on a disk is read ahead on a thread, by the library's Arrow stream: while one batch
is looked at, the next is written. What may have to wait for packets is copied from batches,
which Ctrl-C can end.
"""

from __future__ import annotations

import ctypes
from collections import deque
from ctypes import POINTER, c_int64, c_void_p
from threading import Semaphore, Thread

from ._arrow import COLUMNS, new_stream, takes
from ._errors import NO_MEMORY, IpmonValueError, error_of
from ._structs import ipmon_packet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from numpy.typing import NDArray

    from ._arrow import ArrowArrayStream
    from ._monitor import Monitor

# The names of fields, and of Arrow's columns where these have others.
_ARROW = {
    name: "timestamp" if name == "timestamp_ns" else name
    for name, *_ in ipmon_packet._fields_
    if (name == "timestamp_ns" or name in COLUMNS)
    and name not in ("timestamp", "source_address", "destination_address", "payload", "ip", "frame")
}
# Batches that wait to be looked at. More of them would only fill the processor's caches.
_AHEAD = 2


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
        self.array.release(ctypes.addressof(self.array))


class _Column:
    """What numpy makes an array of, and keeps."""

    __slots__ = ("owner", "__array_interface__")

    def __init__(self, owner: _Owner, address: int, kind: str, shape: tuple[int, ...]) -> None:
        self.owner = owner
        self.__array_interface__ = {
            "version": 3, "data": (address, True), "typestr": kind, "shape": shape,
        }


class _Ahead:
    """The thread that reads ahead, and what it has read. It knows nothing of who looks, so
    that it ends when that one is gone."""

    def __init__(self, stream: ArrowArrayStream) -> None:
        self._stream = stream
        self._room = Semaphore(_AHEAD)
        self._there = Semaphore(0)
        self._batches: deque[_ArrowArray | None] = deque()
        self._stopped = False
        self._thread = Thread(target=self._read, name="ipmon read-ahead", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        stream = self._stream
        address = ctypes.addressof(stream)
        while True:
            self._room.acquire()
            array = _ArrowArray()
            if self._stopped or stream.get_next(address, ctypes.addressof(array)):
                break
            if not array.release:
                break
            self._batches.append(array)
            self._there.release()
        stream.release(address)
        self._batches.append(None)
        self._there.release()

    def next(self) -> _Owner | None:
        """The next batch; None at the end, and the stream is released by then."""
        self._there.acquire()
        array = self._batches.popleft()
        self._room.release()
        return None if array is None else _Owner(array)

    def stop(self) -> None:
        self._stopped = True
        self._room.release()
        self._thread.join()
        for array in self._batches:
            if array is not None:
                _Owner(array)


class Columns:
    """What `Monitor.columns()` returns."""

    def __init__(self, monitor: Monitor, names: tuple[str, ...], rows: int) -> None:
        for name in names:
            if name not in _ARROW:
                text = f"{name!r} is no column; there are {', '.join(_ARROW)}"
                raise IpmonValueError("BAD_ARGUMENT", text)
        takes(rows)
        names = names or tuple(_ARROW)
        self._ahead: _Ahead | None = None
        # Neither knows this object, so that a loop that is left ends the thread at once.
        if monitor._waits:
            self._batches = _of_batches(monitor, names, rows)
        else:
            # From now on, before numpy has even been imported.
            columns = [_ARROW[name] for name in names]
            self._ahead = _Ahead(new_stream(monitor, columns, rows))
            self._batches = _of_arrow(monitor, names, self._ahead)

    def __iter__(self) -> Columns:
        return self

    def __next__(self) -> dict[str, NDArray[Any]]:
        return next(self._batches)

    def __del__(self) -> None:
        ahead = getattr(self, "_ahead", None)
        if ahead is not None:
            ahead.stop()


def _of_batches(
    monitor: Monitor, names: tuple[str, ...], rows: int
) -> Iterator[dict[str, NDArray[Any]]]:
    for batch in monitor.batches(rows):
        yield {name: batch.array[name].copy() for name in names}


def _of_arrow(
    monitor: Monitor, names: tuple[str, ...], ahead: _Ahead
) -> Iterator[dict[str, NDArray[Any]]]:
    import numpy

    from ._batches import dtype

    assert dtype.fields is not None
    # Arrow's columns come in its own order.
    kinds = [
        (name, dtype.fields[name][0].base.str, dtype.fields[name][0].shape)
        for name in sorted(set(names), key=lambda name: COLUMNS.index(_ARROW[name]))
    ]
    while (owner := ahead.next()) is not None:
        length, children = owner.array.length, owner.array.children
        yield {
            name: numpy.asarray(
                _Column(owner, children[i].contents.buffers[1], kind, (length, *shape))
            )
            for i, (name, kind, shape) in enumerate(kinds)
        }
        if monitor._notices is not None:
            monitor._notices.rethrow()
    # What ended it is told again to who asks.
    if monitor._fill(0.0) >= 0:
        raise error_of(NO_MEMORY, "no memory for the next columns")
