"""The ledger of a run."""

from __future__ import annotations

import ctypes

from ._library import check, lib
from ._structs import ipmon_stats

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Stats:
    """What became of every frame. After a run, `received` is the sum of all that follows
    but `bytes`, exactly. The counters have the names and the meaning of ipmon.h."""

    __slots__ = tuple(n for n, *_ in ipmon_stats._fields_ if n not in ("struct_size", "reserved"))

    received: int
    delivered: int
    not_ip: int
    unsupported: int
    truncated: int
    malformed_version: int
    malformed_header_length: int
    malformed_total_length: int
    malformed_short: int
    filtered: int
    paused: int
    discarded: int
    dropped: int
    bytes: int

    def __init__(self, counters: Any = None) -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(counters, name, 0))

    def as_dict(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.__slots__}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stats) and self.as_dict() == other.as_dict()

    def __repr__(self) -> str:
        told = ", ".join(f"{k}={v}" for k, v in self.as_dict().items() if v)
        return f"<ipmon.Stats {told or 'nothing'}>"


def read_stats(handle: int) -> Stats:
    counters = ipmon_stats()
    size = ctypes.sizeof(counters)
    check(lib.ipmon_get_stats(handle, ctypes.byref(counters), size), handle)
    return Stats(counters)
