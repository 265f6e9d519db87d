"""A capture file or an interface, opened: packets are pulled from it."""

from __future__ import annotations

import atexit
import ctypes
import os
from collections import deque
from struct import Struct
from threading import RLock
from time import monotonic
from weakref import WeakSet

from ._errors import END, INTERRUPTED, OK, ClosedError
from ._library import check, lib
from ._packet import Packet
from ._stats import Stats, read_stats
from ._structs import ipmon_packet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator
    from typing import Any

    from ._arrow import ArrowTable
    from ._batches import Batches
    from ._columns import Columns
    from ._notices import Notices

RECORD = ctypes.sizeof(ipmon_packet)
# How many packets are taken at a time where they come singly: their records stay in the
# processor's nearest cache.
_CAPACITY = 256

# Of each record the length and the place of its frame.
_length_at, _offset_at = ipmon_packet.frame_length.offset, ipmon_packet.frame_offset.offset
_places = Struct(
    f"={_length_at}xI{_offset_at - _length_at - 4}xQ{RECORD - _offset_at - 8}x"
).iter_unpack

_view: Callable[[int, int, int], memoryview] = ctypes.pythonapi.PyMemoryView_FromMemory
_view.argtypes = (ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int)  # type: ignore[attr-defined]
_view.restype = ctypes.py_object  # type: ignore[attr-defined]
_READ = 0x100  # PyBUF_READ
# The seconds of one wait.
_LONGEST = 86_400.0


class Monitor:
    """What `ipmon.open()` and `ipmon.open_live()` return.

    Iterating gives packets, which are copies and safe to keep; a loop that is left early
    can be gone on with by another. `async for` does the same with asyncio. `batches()`
    gives numpy arrays, and `__arrow_c_stream__` everything at once.

    Every method may be called from any thread. Threads that iterate at the same time share
    the packets. `close()` ends a loop that waits, on whatever thread.
    """

    def __init__(
        self, handle: int, notices: Notices | None, name: str, waits: bool = True
    ) -> None:
        self._handle: int | None = handle
        self._notices = notices
        self._name = name
        # Whether packets may have to be waited for: not those of a file on a disk.
        self._waits = waits
        # Held while the library pulls and while what it lent is copied: a close on another
        # thread waits for that. The same thread may close in a notice.
        self._lock = RLock()
        self._closing = False
        # Packets that were pulled, and that no loop has taken.
        self._left: deque[Packet] = deque()
        self._records: ctypes.Array[ipmon_packet] | None = None
        # Counts the pulls: a batch is good until the next.
        self._pulls = 0
        self._sleepers: set[Callable[[], object]] = set()
        self._poll: Any = None
        self._last: Stats | None = None
        # An Arrow stream was handed out, which is enough to be its owner.
        self._given = False
        _all.add(self)

    # --- packets ----------------------------------------------------------------------

    def __iter__(self) -> Iterator[Packet]:
        self._open_handle()
        return self._iterate()

    def _iterate(self) -> Iterator[Packet]:
        take = self._left.popleft
        while self._fill(None) > 0:
            try:
                while True:
                    yield take()
            except IndexError:
                pass

    def take(self, timeout: float | None = None) -> list[Packet] | None:
        """The next packets, as many as there are (some hundreds at most). Waits up to
        `timeout` seconds for the first, None: for ever. An empty list when the time is
        over; None at the end."""
        self._open_handle()
        if self._fill(None if timeout is None else monotonic() + timeout) < 0:
            return None
        packets = []
        try:
            while True:
                packets.append(self._left.popleft())
        except IndexError:
            return packets

    def batches(self, size: int = 4096) -> Batches:
        """An iterator of `Batch`, for `for` and `async for`: up to `size` packets as a
        numpy array. The library gives up to 4,096 at a time."""
        self._open_handle()
        from ._batches import Batches

        return Batches(self, size)

    def columns(self, *names: str, rows: int = 32_768) -> Columns:
        """An iterator of dictionaries: for each of these fields a numpy array of up to `rows`
        values, to keep. For files the fastest way. The names are those of `ipmon.dtype` but
        `timestamp` (divide `timestamp_ns`), `struct_size`, addresses in memory and offsets;
        none: all of them."""
        self._open_handle()
        from ._columns import Columns

        return Columns(self, names, rows)

    def __aiter__(self) -> AsyncIterator[Packet]:
        self._open_handle()
        from ._asyncio import AsyncPackets

        return AsyncPackets(self)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """All further packets as an Arrow C stream, in a capsule: what pyarrow, polars,
        DuckDB and nanoarrow ask for. docs/arrow.md has its columns.

        It keeps the monitor open until it is released; meanwhile other ways of taking
        packets are refused as BUSY."""
        return self.arrow().__arrow_c_stream__(requested_schema)

    def arrow(self, columns: Iterable[str] | None = None, rows: int = 16_384) -> ArrowTable:
        """The same with these columns, in record batches of up to `rows` rows. None is
        every column but `source_ip`, `destination_ip`, `payload`, `ip` and `frame`."""
        self._open_handle()
        from ._arrow import ArrowTable

        return ArrowTable(self, columns, rows)

    # --- the run ----------------------------------------------------------------------

    def close(self) -> None:
        """Stops and lets go of everything, at once and from any thread; a loop that waits
        ends. Once more is fine. `stats()` keeps the last counters."""
        # From here on a pull that waits ends, and none begins. The interrupt is remembered
        # for one that is about to.
        self._closing = True
        lib.ipmon_interrupt(self._handle)
        for wake in tuple(self._sleepers):
            wake()
        with self._lock:
            handle = self._handle
            if handle is None:
                return
            if lib.ipmon_set_active(handle, 0) == OK:
                self._last = read_stats(handle)
            self._handle = None
            self._left.clear()
            lib.ipmon_free(handle)
        _all.discard(self)
        if self._notices is not None:
            self._notices.rethrow()

    @property
    def closed(self) -> bool:
        return self._closing

    def stats(self) -> Stats:
        """What became of every frame so far; after `close()`, of the whole run."""
        with self._lock:
            if self._handle is None:
                return self._last or Stats()
            return read_stats(self._handle)

    @property
    def paused(self) -> bool:
        """Set it to True, and packets are counted as `paused` and not delivered."""
        accept = ctypes.c_int()
        with self._lock:
            handle = self._open_handle()
            check(lib.ipmon_get_accept_data(handle, ctypes.byref(accept)), handle)
        return not accept.value

    @paused.setter
    def paused(self, paused: bool) -> None:
        handle = self._open_handle()
        check(lib.ipmon_set_accept_data(handle, not paused), handle)

    def fileno(self) -> int:
        """A descriptor that is readable while something waits, for select and its like:
        then call `take(0)`, or `batches().take(0)`, until nothing comes. It is closed with
        the monitor."""
        self._open_handle()
        return self._descriptor()

    def __enter__(self) -> Monitor:
        self._open_handle()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None:
            if not self._given:
                import warnings

                warnings.warn(f"unclosed {self!r}", ResourceWarning, source=self)
            self.close()

    def __repr__(self) -> str:
        return f"<ipmon.Monitor {self._name}{', closed' if self._closing else ''}>"

    # --- pulling ----------------------------------------------------------------------

    def _open_handle(self) -> int:
        handle = self._handle
        if handle is None or self._closing:
            raise ClosedError()
        return handle

    def _fill(self, end: float | None) -> int:
        """Whether there are packets to take: how many came, 0 when the time is over, and
        END behind the last. Waits for the first until `end`."""
        with self._lock:
            if self._left:
                return len(self._left)
            if self._records is None:
                self._records = (ipmon_packet * _CAPACITY)()
            count = self._pull(self._records, _CAPACITY, end)
            if self._handle is None:
                return END  # Closed, perhaps by a notice of that very call.
            if count > 0:
                self._left.extend(self._copies(self._records, count))
        if self._notices is not None:
            self._notices.rethrow()
        return count

    def _pull(self, out: ctypes.Array[Any], capacity: int, end: float | None) -> int:
        """The library's next batch; the lock is held.

        It waits here, on the descriptor, where signals are seen at once, and not there."""
        while not self._closing:
            self._pulls += 1
            count: int = lib.ipmon_next_batch(self._handle, out, RECORD, capacity, 0)
            if count > 0 or count == END:
                return count
            if count == INTERRUPTED:
                # By close(), or because the process ends.
                return END
            check(count, self._handle)
            if self._notices is not None and self._notices.raised is not None:
                return 0
            if not self._wait(end):
                return 0
        return END

    def _wait(self, end: float | None) -> bool:
        """Waits until something may be there; False when the time is over."""
        left = None if end is None else end - monotonic()
        if left is not None and left <= 0:
            return False
        if self._poll is None:
            import select

            self._poll = select.poll()
            self._poll.register(self._descriptor(), select.POLLIN)
        # Rounded up, so that a rest below a millisecond is no busy loop; who calls comes again
        # for what poll() cannot wait at a time.
        self._poll.poll(None if left is None else int(min(left, _LONGEST) * 1000) + 1)
        return True

    def _descriptor(self) -> int:
        # Also while a close waits for the lock: what asks is about to see that.
        fd, handle = ctypes.c_int(), self._handle
        check(lib.ipmon_get_fd(handle, ctypes.byref(fd)), handle)
        return fd.value

    def _lent(self) -> memoryview:
        """The frames of the last batch; the lock is held."""
        base, length, handle = ctypes.c_void_p(), ctypes.c_size_t(), self._handle
        check(lib.ipmon_batch_bytes(handle, ctypes.byref(base), ctypes.byref(length)), handle)
        return _view(base.value or 0, length.value, _READ)

    def _copies(self, records: ctypes.Array[Any], count: int) -> list[Packet]:
        frames = self._lent()
        raw = ctypes.string_at(records, count * RECORD)
        return [
            Packet(raw[at : at + RECORD], bytes(frames[start : start + length]))
            for at, (length, start) in zip(range(0, len(raw), RECORD), _places(raw))
        ]


# Closed when the interpreter ends, before its threads and objects go.
_all: WeakSet[Monitor] = WeakSet()


@atexit.register
def _close_all() -> None:
    for monitor in tuple(_all):
        try:
            monitor.close()
        except Exception:  # What a notice raised: there is no loop any more to hear of it.
            pass


def _forked() -> None:
    """A lock that another thread held is held for ever in the child."""
    for monitor in tuple(_all):
        monitor._lock = RLock()


os.register_at_fork(after_in_child=_forked)
