"""The interfaces of this machine."""

from __future__ import annotations

import ctypes

from ._errors import BAD_SIZE
from ._library import check, lib
from ._structs import ipmon_adapter, ipmon_ip_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Address:
    """An IP address of an interface: its `text`, for `ipmon.open_live()`, and how many
    bits of it name the network."""

    __slots__ = ("text", "ip_version", "prefix_length")

    def __init__(self, text: str, ip_version: int, prefix_length: int) -> None:
        self.text = text
        self.ip_version = ip_version
        self.prefix_length = prefix_length

    def __repr__(self) -> str:
        return f"<ipmon.Address {self.text}/{self.prefix_length}>"


class Adapter:
    """A network interface. `default` says that `ipmon.open_live()` without a name would
    watch it; `hardware_address` is "" where it has none."""

    __slots__ = ("name", "index", "up", "running", "loopback", "default", "hardware_address",
                 "addresses")

    def __init__(self, adapter: ipmon_adapter, addresses: list[Address]) -> None:
        self.name: str = adapter.name.decode("utf-8", "surrogateescape")
        self.index: int = adapter.interface_index
        self.up = bool(adapter.flags & 1)
        self.running = bool(adapter.flags & 2)
        self.loopback = bool(adapter.flags & 4)
        self.default = bool(adapter.flags & 8)
        length: int = adapter.hardware_address_length
        self.hardware_address = bytes(adapter.hardware_address[:length]).hex(":")
        self.addresses = addresses

    def __repr__(self) -> str:
        return f"<ipmon.Adapter {self.name}>"


def adapters() -> list[Adapter]:
    """The network interfaces with their addresses, by index. It needs no privileges."""
    found: dict[int, list[Address]] = {}
    for address in _listed(lib.ipmon_list_ip_addresses, ipmon_ip_address):
        text = address.text.decode("utf-8", "surrogateescape")
        found.setdefault(address.interface_index, []).append(
            Address(text, address.ip_version, address.prefix_length)
        )
    return [
        Adapter(adapter, found.get(adapter.interface_index, []))
        for adapter in _listed(lib.ipmon_list_adapters, ipmon_adapter)
    ]


def _listed(function: Callable[..., int], struct: type[Any]) -> list[Any]:
    count = ctypes.c_size_t()
    capacity = 16
    while True:
        out = (struct * capacity)()
        status = function(out, ctypes.sizeof(struct), capacity, ctypes.byref(count))
        if status != BAD_SIZE:
            check(status)
            return list(out[: count.value])
        # There may be more of them by the next call.
        capacity = count.value + 8
