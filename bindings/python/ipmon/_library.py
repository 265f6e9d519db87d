"""libipmon, loaded; and the prototypes of its functions."""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, c_char_p, c_int, c_int32, c_size_t, c_ssize_t, c_uint32, c_void_p

from ._errors import error_of
from ._structs import ipmon_notice

# The version of the ABI that this package was written for.
ABI_VERSION = 1

NoticeFunction = ctypes.CFUNCTYPE(None, POINTER(ipmon_notice), c_void_p)


def _load() -> ctypes.CDLL:
    """From IPMON_LIBRARY, from this folder, or from where the system has it."""
    named = os.environ.get("IPMON_LIBRARY")
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libipmon.so")
    if named:
        candidates = [named]
    elif os.path.exists(beside):
        candidates = [beside]
    else:
        candidates = ["libipmon.so.0.1", "libipmon.so"]
    failures = []
    for candidate in candidates:
        try:
            return ctypes.CDLL(candidate)
        except OSError as error:
            failures.append(str(error))
    raise ImportError(f"libipmon cannot be loaded; set IPMON_LIBRARY to it: {'; '.join(failures)}")


def _checked() -> ctypes.CDLL:
    """Nothing else is called in a library that is older than this package."""
    library = _load()
    try:
        version = library.ipmon_abi_version
    except AttributeError:
        raise ImportError(f"{library._name} is not libipmon") from None
    version.argtypes, version.restype = [], c_uint32
    if version() < ABI_VERSION:
        raise ImportError(
            f"{library._name} has version {version()} of the ABI, and this package needs "
            f"{ABI_VERSION}: install a newer libipmon, or set IPMON_LIBRARY to one"
        )
    return library


lib = _checked()

_text = (c_char_p, c_size_t, POINTER(c_size_t))
for _name, _result, *_arguments in (
    ("version", c_char_p),
    ("status_text", c_char_p, c_int32),
    ("new", c_void_p),
    ("free", c_int32, c_void_p),
    ("last_error", c_int32, c_void_p, *_text),
    ("set_on_notice", c_int32, c_void_p, NoticeFunction, c_void_p),
    ("set_local_host", c_int32, c_void_p, c_char_p),
    ("set_filter", c_int32, c_void_p, c_char_p),
    ("set_direction", c_int32, c_void_p, c_int),
    ("set_promiscuous", c_int32, c_void_p, c_int),
    ("set_snap_length", c_int32, c_void_p, c_uint32),
    ("set_buffer_size", c_int32, c_void_p, c_uint32),
    ("set_latency", c_int32, c_void_p, c_uint32),
    ("set_address_text", c_int32, c_void_p, c_int),
    ("set_file_access", c_int32, c_void_p, c_int),
    ("set_reopen", c_int32, c_void_p, c_int),
    ("set_all_multicast", c_int32, c_void_p, c_int),
    ("set_time_source", c_int32, c_void_p, c_int),
    ("set_active", c_int32, c_void_p, c_int),
    ("set_accept_data", c_int32, c_void_p, c_int),
    ("get_accept_data", c_int32, c_void_p, POINTER(c_int)),
    ("interrupt", None, c_void_p),
    ("get_stats", c_int32, c_void_p, c_void_p, c_size_t),
    ("open_live", c_int32, c_void_p),
    ("open_pcap_file", c_int32, c_void_p, c_char_p),
    ("next_batch", c_ssize_t, c_void_p, c_void_p, c_size_t, c_size_t, c_int),
    ("batch_bytes", c_int32, c_void_p, POINTER(c_void_p), POINTER(c_size_t)),
    ("get_fd", c_int32, c_void_p, POINTER(c_int)),
    ("arrow_stream", c_int32, c_void_p, c_size_t, c_uint32, c_void_p),
    ("list_adapters", c_int32, c_void_p, c_size_t, c_size_t, POINTER(c_size_t)),
    ("list_ip_addresses", c_int32, c_void_p, c_size_t, c_size_t, POINTER(c_size_t)),
    ("check_access", c_int32, c_void_p),
    ("format_address", c_int32, c_char_p, c_uint32, c_char_p, c_size_t),
):
    _function = getattr(lib, "ipmon_" + str(_name))
    _function.argtypes, _function.restype = _arguments, _result


def last_error(handle: int | None) -> str:
    """The text of the monitor's newest failure; "" where it has none, or is none."""
    size = 512
    while True:
        text, needed = ctypes.create_string_buffer(size), c_size_t()
        if lib.ipmon_last_error(handle, text, size, ctypes.byref(needed)) == 0:
            return text.value.decode("utf-8", "replace")
        if needed.value <= size:
            return ""
        size = needed.value


def check(status: int, handle: int | None = None) -> None:
    """Raises what the status says, unless it is OK (or a count)."""
    if status < 0:
        text = last_error(handle) if handle is not None else ""
        raise error_of(status, text or lib.ipmon_status_text(status).decode())
