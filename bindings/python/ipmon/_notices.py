"""What happens during a reading or a capture and is no packet."""

from __future__ import annotations

from ._errors import status_name
from ._library import NoticeFunction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_NAMES = {
    1: "ENDED",
    2: "GAP",
    3: "FILTER_NOT_APPLICABLE",
    4: "DEVICE_DOWN",
    5: "DEVICE_UP",
    6: "DEVICE_RENAMED",
    7: "DEVICE_REMOVED",
    8: "DEVICE_ADDRESS",
    9: "DEVICE_LINK_TYPE",
    10: "DEVICE_AGAIN",
}


class Notice:
    """`code` is the number of ipmon.h's `IPMON_NOTICE_`, `name` its name ("GAP"; of a
    newer library's the number). `count` is how many frames a GAP lost, `status` how the
    run ended that ENDED tells of, `timestamp` microseconds since 1970 UTC."""

    __slots__ = ("code", "name", "status", "count", "timestamp", "text")

    def __init__(
        self, code: int, status: str, count: int, timestamp: int, text: str
    ) -> None:
        self.code = code
        self.name = _NAMES.get(code, str(code))
        self.status = status
        self.count = count
        self.timestamp = timestamp
        self.text = text

    def __repr__(self) -> str:
        return f"<ipmon.Notice {self.name}: {self.text}>"


class Notices:
    """Hands notices to the user's function, which runs inside of a call to the library:
    what it raises is kept, and raised when that call has returned.

    It knows nothing of the monitor, so that no cycle keeps one alive. The monitor keeps
    it, and with it the function that C calls.
    """

    def __init__(self, function: Callable[[Notice], object]) -> None:
        self.function = function
        self.raised: BaseException | None = None
        self.callback = NoticeFunction(self._call)

    def _call(self, pointer: Any, _: object) -> None:
        try:
            n = pointer.contents
            text = (n.text or b"").decode("utf-8", "replace")
            self.function(Notice(n.code, status_name(n.status), n.count, n.timestamp, text))
        except BaseException as error:  # Raised again by rethrow().
            self.raised = self.raised or error

    def rethrow(self) -> None:
        if self.raised is not None:
            raised, self.raised = self.raised, None
            raise raised
