"""ipmon: one parsed event per IP packet, from an interface or a capture file.

    import ipmon

    with ipmon.open("capture.pcap", filter="tcp port 443") as m:
        for p in m:
            print(p.time, p.source_address, p.destination_address, len(p.payload))

`ipmon.open_live("eth0")` captures, `m.batches()` gives numpy arrays, and pyarrow, polars
and DuckDB read a monitor as it is.
"""

from __future__ import annotations

from ._adapters import Adapter, Address, adapters
from ._errors import (
    ClosedError,
    IpmonError,
    IpmonFileNotFoundError,
    IpmonOSError,
    IpmonPermissionError,
    IpmonValueError,
)
from ._library import lib as _lib
from ._monitor import Monitor
from ._opening import check_access, open, open_live
from ._packet import Note, Packet, format_address
from ._stats import Stats

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._batches import Batch, Batches, dtype
    from ._notices import Notice

__all__ = [
    "Adapter",
    "Address",
    "Batch",
    "Batches",
    "ClosedError",
    "IpmonError",
    "IpmonFileNotFoundError",
    "IpmonOSError",
    "IpmonPermissionError",
    "IpmonValueError",
    "Monitor",
    "Note",
    "Notice",
    "Packet",
    "Stats",
    "adapters",
    "check_access",
    "dtype",
    "format_address",
    "library_version",
    "open",
    "open_live",
]


def library_version() -> str:
    """The version of libipmon that was loaded."""
    return str(_lib.ipmon_version().decode())


def __getattr__(name: str) -> object:
    # numpy is imported by who asks for it.
    if name in ("Batch", "Batches", "dtype"):
        from . import _batches

        return getattr(_batches, name)
    if name == "Notice":
        from ._notices import Notice

        return Notice
    raise AttributeError(f"module 'ipmon' has no attribute {name!r}")
