"""Packets as columns: numpy structured arrays over the library's records."""

from __future__ import annotations

import ctypes
from time import monotonic

import numpy

from ._errors import BAD_ARGUMENT, BUSY, error_of
from ._monitor import RECORD
from ._packet import Packet
from ._structs import ipmon_packet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from ._monitor import Monitor

_MOST = 4096
# Addresses as text are not asked for, and pointers mean nothing to an array.
_LEFT_OUT = {"source_address", "destination_address", "payload", "reserved"}


def _dtype() -> numpy.dtype[numpy.void]:
    kinds: dict[Any, Any] = {
        ctypes.c_uint8: "u1",
        ctypes.c_uint16: "u2",
        ctypes.c_uint32: "u4",
        ctypes.c_uint64: "u8",
        ctypes.c_int64: "i8",
        ctypes.c_void_p: f"u{ctypes.sizeof(ctypes.c_void_p)}",
        ctypes.c_uint8 * 16: ("u1", 16),
    }
    fields = [(name, kind) for name, kind, *_ in ipmon_packet._fields_ if name not in _LEFT_OUT]
    return numpy.dtype(
        {
            "names": [name for name, _ in fields],
            "formats": [kinds[kind] for _, kind in fields],
            "offsets": [getattr(ipmon_packet, name).offset for name, _ in fields],
            "itemsize": RECORD,
        }
    )


#: The type of `Batch.array`: the fields of `ipmon_packet`, where they lie in C.
#: `source_ip` and `destination_ip` are 16 bytes, IPv4 in the first four. `ip` and `frame`
#: are addresses in memory: their difference is where the IP packet begins in its frame.
dtype = _dtype()


class Batch:
    """Some packets, borrowed until the next batch is asked for. `copy()` makes one to keep."""

    __slots__ = ("array", "_monitor", "_pull", "_bytes")

    #: A structured array of `ipmon.dtype`, one element a packet. It is written over by
    #: the next batch.
    array: NDArray[numpy.void]

    def __init__(
        self,
        array: NDArray[numpy.void],
        monitor: Monitor | None,
        pull: int,
        frames: NDArray[numpy.uint8] | None = None,
    ) -> None:
        self.array = array
        self._monitor = monitor
        self._pull = pull
        self._bytes = frames

    def __len__(self) -> int:
        return len(self.array)

    @property
    def bytes(self) -> NDArray[numpy.uint8]:
        """The memory in which the frames lie, from which `frame_offset` and
        `payload_offset` count: an array to be read.

        It is the library's memory, not a copy: do not look into it after the next batch
        or the monitor's close; on other threads, use `copy()`. Asked for too late, it is
        refused."""
        if self._bytes is None:
            monitor = self._monitor
            assert monitor is not None
            with monitor._lock:
                self._bytes = self._borrow(monitor)
        elif self._monitor is not None:
            self._check(self._monitor)
        return self._bytes

    def copy(self) -> Batch:
        """A batch of its own, array and frames, that stays good."""
        monitor = self._monitor
        if monitor is None:
            return self
        with monitor._lock:
            frames = self._borrow(monitor).copy()
            frames.flags.writeable = False
            return Batch(self.array.copy(), None, 0, frames)

    def packet(self, index: int) -> Packet:
        """One of them as a `Packet`, which is a copy."""
        record = self.array[index]
        start, length = int(record["frame_offset"]), int(record["frame_length"])
        if self._monitor is None:
            assert self._bytes is not None
            return Packet(record.tobytes(), self._bytes[start : start + length].tobytes())
        with self._monitor._lock:
            frames = self._borrow(self._monitor)
            return Packet(record.tobytes(), frames[start : start + length].tobytes())

    def _check(self, monitor: Monitor) -> None:
        monitor._open_handle()
        if self._pull != monitor._pulls:
            text = "this batch is over: another was asked for since; use copy()"
            raise error_of(BAD_ARGUMENT, text)

    def _borrow(self, monitor: Monitor) -> NDArray[numpy.uint8]:
        self._check(monitor)
        return numpy.frombuffer(monitor._lent(), numpy.uint8)


class Batches:
    """What `Monitor.batches()` returns, for `for` and `async for`."""

    def __init__(self, monitor: Monitor, size: int) -> None:
        if size < 1:
            raise ValueError("a batch has at least one packet")
        self._monitor = monitor
        self._size = min(size, _MOST)
        self._records = (ipmon_packet * self._size)()
        self._array: NDArray[numpy.void] = numpy.frombuffer(memoryview(self._records), dtype)
        # A batch in whose call a notice's function raised.
        self._kept: Batch | None = None

    def take(self, timeout: float | None = None) -> Batch | None:
        """The next batch. Waits up to `timeout` seconds for its first packet, None: for
        ever. An empty one when the time is over; None at the end."""
        self._monitor._open_handle()
        return self._take(None if timeout is None else monotonic() + timeout)[1]

    def _take(self, end: float | None) -> tuple[int, Batch | None]:
        monitor = self._monitor
        if self._kept is not None:
            kept, self._kept = self._kept, None
            return len(kept), kept
        with monitor._lock:
            if monitor._left:
                text = f"{len(monitor._left)} packets wait that a loop left: take() them first"
                raise error_of(BUSY, text)
            count = monitor._pull(self._records, self._size, end)
            batch = Batch(self._array[: max(count, 0)], monitor, monitor._pulls)
        if monitor._notices is not None and monitor._notices.raised is not None:
            self._kept = batch if count > 0 else None
            monitor._notices.rethrow()
        return count, batch if count >= 0 else None

    def __iter__(self) -> Batches:
        return self

    def __next__(self) -> Batch:
        batch = self._take(None)[1]
        if batch is None:
            raise StopIteration
        return batch

    def __aiter__(self) -> Batches:
        return self

    async def __anext__(self) -> Batch:
        from ._asyncio import without_waiting

        batch = await without_waiting(self._monitor, lambda: self._take(0.0))
        if batch is None:
            raise StopAsyncIteration
        return batch
