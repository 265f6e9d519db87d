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
    from ._arrow import ArrowTable
    from ._batches import Batch, Batches, dtype
    from ._columns import Columns
    from ._notices import Notice

__all__ = [
    "Adapter",
    "Address",
    "ArrowTable",
    "Batch",
    "Batches",
    "ClosedError",
    "Columns",
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


# Imported when they are asked for: numpy, above all.
_LATER = {
    "ArrowTable": "_arrow",
    "Batch": "_batches",
    "Batches": "_batches",
    "Columns": "_columns",
    "Notice": "_notices",
    "dtype": "_batches",
}


def __getattr__(name: str) -> object:
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(f"ipmon.{_LATER[name]}"), name)
    raise AttributeError(f"module 'ipmon' has no attribute {name!r}")
