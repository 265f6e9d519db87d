"""What goes wrong, as exceptions: one class for each kind that Python has a name for."""

from __future__ import annotations

import errno

# Those that are compared with, or made, here.
OK, BAD_ARGUMENT, BAD_SIZE, BUSY = 0, -2, -4, -5
INTERRUPTED, END, NO_MEMORY, SYSTEM = -7, -9, -10, -26

NAMES = {
    0: "OK",
    -1: "NULL_ARGUMENT",
    -2: "BAD_ARGUMENT",
    -3: "BAD_HANDLE",
    -4: "BAD_SIZE",
    -5: "BUSY",
    -6: "PENDING",
    -7: "INTERRUPTED",
    -8: "TIMEOUT",
    -9: "END",
    -10: "NO_MEMORY",
    -11: "NO_PERMISSION",
    -12: "NO_DEVICE",
    -13: "DEVICE_DOWN",
    -14: "DEVICE_GONE",
    -15: "NO_LIBPCAP",
    -16: "BAD_FILTER",
    -17: "FILTER_TOO_COMPLEX",
    -18: "NOT_FOUND",
    -19: "IO",
    -20: "NOT_A_CAPTURE",
    -21: "TRUNCATED",
    -22: "MALFORMED",
    -23: "UNSUPPORTED",
    -24: "FORKED",
    -25: "PANIC",
    -26: "SYSTEM",
}


class IpmonError(Exception):
    """A failure that the library told.

    `status` is the name of the status, as in ipmon.h without `IPMON_STATUS_`:
    "BAD_FILTER". `str()` is the library's line about it: what happened and, where there
    is one, what to do. Where Python has an exception for the case, what is raised is
    that one, too: `FileNotFoundError` for NOT_FOUND, `PermissionError` for
    NO_PERMISSION, `OSError` for IO, SYSTEM and what is wrong with an interface,
    `ValueError` for BAD_ARGUMENT, the filters' statuses and a closed monitor.
    """

    def __init__(self, status: str, text: str) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text

    def __str__(self) -> str:
        return self.text


class IpmonOSError(IpmonError, OSError):
    """The system or an interface does not do what was asked; `errno` is set."""

    def __init__(self, status: str, text: str) -> None:
        super().__init__(status, text)
        self.errno = _ERRNO.get(status, errno.EIO)
        self.strerror = text


class IpmonFileNotFoundError(IpmonOSError, FileNotFoundError):
    """There is no such file."""


class IpmonPermissionError(IpmonOSError, PermissionError):
    """The system does not allow it; the text names the command that grants it."""


class IpmonValueError(IpmonError, ValueError):
    """An argument or a filter is wrong."""


class ClosedError(IpmonError, ValueError):
    """The monitor was closed: as with files, a `ValueError` too."""

    def __init__(self, status: str = "BAD_HANDLE", text: str = "the monitor is closed") -> None:
        super().__init__(status, text)


for _class in (IpmonError, IpmonOSError, IpmonFileNotFoundError, IpmonPermissionError,
               IpmonValueError, ClosedError):
    _class.__module__ = "ipmon"  # Where it is found, for tracebacks and pickle.

_ERRNO = {
    "NOT_FOUND": errno.ENOENT,
    "NO_PERMISSION": errno.EPERM,
    "NO_DEVICE": errno.ENODEV,
    "DEVICE_DOWN": errno.ENETDOWN,
    "DEVICE_GONE": errno.ENODEV,
}

_CLASSES: dict[str, type[IpmonError]] = {
    "NOT_FOUND": IpmonFileNotFoundError,
    "NO_PERMISSION": IpmonPermissionError,
    "NO_DEVICE": IpmonOSError,
    "DEVICE_DOWN": IpmonOSError,
    "DEVICE_GONE": IpmonOSError,
    "IO": IpmonOSError,
    "SYSTEM": IpmonOSError,
    "BAD_ARGUMENT": IpmonValueError,
    "BAD_FILTER": IpmonValueError,
    "FILTER_TOO_COMPLEX": IpmonValueError,
    "BAD_HANDLE": ClosedError,
}


def status_name(status: int) -> str:
    """The name of a status; that of one that is newer than this package is its number."""
    return NAMES.get(status, str(status))


def error_of(status: int, text: str) -> IpmonError:
    name = status_name(status)
    return _CLASSES.get(name, IpmonError)(name, text)
