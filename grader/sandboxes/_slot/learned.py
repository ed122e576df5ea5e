"""What checkers found out about tasks, for the next one of the same task. Standard library only.

Fingerprints of what a reference answers, under the digest of the reference and all its cases:
whoever asks for them brings the very same task.
"""

from collections import OrderedDict
from typing import Any

TASKS = 1000


class LearnedTasks:
    """By task; of those asked for last."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._known: OrderedDict[str, bytes] = OrderedDict()

    def tell(self, request: dict[str, Any]) -> None:
        """Put what is known of its task into a checker's request."""
        if request.get("role") == "checker":
            request["known"] = self._known.get(request.get("key", ""), b"").hex()

    def keep(self, request: dict[str, Any], record: dict[str, Any]) -> None:
        """Take out of a checker's record (never a candidate's) what its successors shall know."""
        learned = record.pop("learned", "")
        if request.get("role") == "checker" and request.get("key") and learned:
            self._known[request["key"]] = bytes.fromhex(learned)
            while len(self._known) > TASKS:
                self._known.popitem(last=False)
