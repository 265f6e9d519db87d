"""Opening files and interfaces."""

from __future__ import annotations

import os

from ._errors import SYSTEM, IpmonValueError, error_of
from ._library import check, lib
from ._monitor import Monitor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from ._notices import Notice, Notices

_DIRECTIONS = {"any": 0, "in": 1, "out": 2}
_TIME_SOURCES = {"host": 0, "adapter": 1}
_FILE_ACCESSES = {"read": 0, "map": 1}


def open(
    path: str | bytes | os.PathLike[str] | os.PathLike[bytes],
    *,
    filter: str | None = None,
    file_access: Literal["read", "map"] = "read",
    on_notice: Callable[[Notice], object] | None = None,
) -> Monitor:
    """Opens a capture file (pcap, pcapng, also gzip and zstd); "-" is standard input.

    `filter` is an expression as tcpdump has it (pcap-filter(7)). `file_access` "map"
    maps the file into memory: faster, and for files that nobody shortens meanwhile.
    `on_notice` is called with each `Notice`, on the thread that reads; what it raises
    comes out of the loop.
    """
    options = [("file_access", _choice("file_access", _FILE_ACCESSES, file_access))]
    name = os.fsencode(path)
    if b"\0" in name:
        raise _has_nul("path")
    with _New(filter, options, on_notice) as new:
        check(lib.ipmon_open_pcap_file(new.handle, name), new.handle)
        waits = name == b"-" or not os.path.isfile(name)
        return new.monitor(repr(os.fsdecode(path)), waits)


def open_live(
    interface: str | None = None,
    *,
    filter: str | None = None,
    direction: Literal["any", "in", "out"] = "any",
    promiscuous: bool = True,
    snap_length: int | None = None,
    buffer_size: int | None = None,
    latency: int | None = None,
    reopen: bool = False,
    all_multicast: bool = False,
    time_source: Literal["host", "adapter"] = "host",
    on_notice: Callable[[Notice], object] | None = None,
) -> Monitor:
    """Captures on an interface: its name, an address of it, or "any" for all; None is the
    interface of the default route. It needs the right to capture: see `check_access()`.

    `snap_length` is how many bytes of each frame are kept (262,144), `buffer_size` the
    bytes of the kernel's ring (33,554,432), `latency` the microseconds that a packet may
    wait for others (1,000). With `reopen` the capture outlives its interface. The others
    are options of ipmon.h of the same names; `filter` and `on_notice` as in `open()`.
    """
    options = [
        ("direction", _choice("direction", _DIRECTIONS, direction)),
        ("promiscuous", int(promiscuous)),
        ("snap_length", _unsigned("snap_length", snap_length)),
        ("buffer_size", _unsigned("buffer_size", buffer_size)),
        ("latency", _unsigned("latency", latency)),
        ("reopen", int(reopen)),
        ("all_multicast", int(all_multicast)),
        ("time_source", _choice("time_source", _TIME_SOURCES, time_source)),
    ]
    with _New(filter, options, on_notice, interface) as new:
        check(lib.ipmon_open_live(new.handle), new.handle)
        return new.monitor(repr(interface or "default interface"))


def check_access(interface: str | None = None) -> None:
    """Raises what `open_live(interface)` would: no such interface, no permission. The
    text says what to do."""
    with _New(None, [], None, interface) as new:
        check(lib.ipmon_check_access(new.handle), new.handle)


def _choice(name: str, numbers: dict[str, int], chosen: str) -> int:
    if chosen not in numbers:
        choices = ", ".join(repr(choice) for choice in numbers)
        raise IpmonValueError("BAD_ARGUMENT", f"{name} is one of {choices}")
    return numbers[chosen]


def _unsigned(name: str, number: int | None) -> int | None:
    # What does not fit would be cut by ctypes without a word.
    if number is not None and not 0 <= number < 1 << 32:
        raise IpmonValueError("BAD_ARGUMENT", f"{name} is a number of 32 bits, not {number}")
    return number


def _has_nul(name: str) -> IpmonValueError:
    # What follows it would be cut off without a word.
    return IpmonValueError("BAD_ARGUMENT", f"{name} has a NUL character in it")


def _encoded(name: str, text: str) -> bytes:
    if "\0" in text:
        raise _has_nul(name)
    return text.encode("utf-8", "surrogateescape")


class _New:
    """A monitor of the library's that is freed again unless it becomes one of ours."""

    def __init__(
        self,
        filter: str | None,
        options: list[tuple[str, int | None]] | list[tuple[str, int]],
        on_notice: Callable[[Notice], object] | None,
        interface: str | None = None,
    ) -> None:
        self.handle: int | None = lib.ipmon_new()
        if self.handle is None:
            text = "no monitor: file descriptors, or the 4,096 handles, are used up"
            raise error_of(SYSTEM, text)
        self.notices: Notices | None = None
        try:
            # Texts of addresses are made of their bytes, where they are asked for.
            self._set("address_text", 0)
            for name, value in options:
                if value is not None:
                    self._set(name, value)
            if filter:
                self._set("filter", _encoded("filter", filter))
            if interface:
                self._set("local_host", _encoded("interface", interface))
            if on_notice is not None:
                from ._notices import Notices

                self.notices = Notices(on_notice)
                call = lib.ipmon_set_on_notice
                check(call(self.handle, self.notices.callback, None), self.handle)
        except BaseException:
            self.__exit__()
            raise

    def _set(self, name: str, value: int | bytes) -> None:
        check(getattr(lib, "ipmon_set_" + name)(self.handle, value), self.handle)

    def monitor(self, name: str, waits: bool = True) -> Monitor:
        assert self.handle is not None
        handle, self.handle = self.handle, None
        return Monitor(handle, self.notices, name, waits)

    def __enter__(self) -> _New:
        return self

    def __exit__(self, *_: object) -> None:
        lib.ipmon_free(self.handle)
        self.handle = None
