"""Waiting in the event loop of asyncio."""

from __future__ import annotations

import os
from asyncio import get_running_loop, sleep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from ._monitor import Monitor
    from ._packet import Packet

    T = TypeVar("T")


async def without_waiting(monitor: Monitor, look: Callable[[], tuple[int, T]]) -> T:
    """What `look` finds when something is there, or the end. It gives a count, 0 for
    nothing yet, and is called with the monitor's lock held."""
    # One turn for others: a file, or a fast interface, has always something.
    await sleep(0)
    while True:
        while not monitor._lock.acquire(blocking=False):
            # Another thread is inside, mostly for a moment: a close, the counters.
            await sleep(0.001)
        try:
            count, found = look()
        finally:
            monitor._lock.release()
        if count != 0:
            return found
        await _readable(monitor)


async def _readable(monitor: Monitor) -> None:
    loop = get_running_loop()
    woken = loop.create_future()

    def wake() -> None:
        if not woken.done():
            woken.set_result(None)

    def wake_from_anywhere() -> None:
        try:
            loop.call_soon_threadsafe(wake)
        except RuntimeError:
            pass  # The loop is closed, and nobody waits any more.

    # A descriptor of our own: close() takes the library's away at once, on any thread,
    # and its number may mean something else before this loop hears of it.
    monitor._sleepers.add(wake_from_anywhere)
    try:
        with monitor._lock:
            # A close that comes from here on finds who is to be woken.
            if monitor._closing:
                return
            fd = os.dup(monitor._descriptor())
        try:
            loop.add_reader(fd, wake)
            try:
                await woken
            finally:
                loop.remove_reader(fd)
        finally:
            os.close(fd)
    finally:
        monitor._sleepers.discard(wake_from_anywhere)


class AsyncPackets:
    """The packets of a monitor, for `async for`."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor

    def __aiter__(self) -> AsyncPackets:
        return self

    async def __anext__(self) -> Packet:
        monitor = self._monitor
        while True:
            try:
                return monitor._left.popleft()
            except IndexError:
                if await without_waiting(monitor, self._look) < 0:
                    raise StopAsyncIteration from None

    def _look(self) -> tuple[int, int]:
        count = self._monitor._fill(0.0)
        return count, count
