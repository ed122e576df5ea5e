"""One request on its way through the server: what is known of it, and what is noted."""

import time
from collections.abc import Mapping, MutableMapping
from typing import Any, cast

ARRIVED = "grader.arrived"
"""Where the connection notes when a request's first byte came."""


class Visit:
    """Facts of one request; the access log and the counters read them at its end."""

    def __init__(self, scope: MutableMapping[str, Any], route: str) -> None:
        """`route`: the path's template."""
        self.route = route
        self.method = str(scope["method"])
        self.path = str(scope["path"])
        self.query = bytes(scope.get("query_string", b""))
        self.parameters: Mapping[str, str] = scope.get("path_params", {})
        self.headers = headers_of(scope["headers"])
        address = scope.get("client")
        self.address = str(address[0]) if address else ""
        self.arrived = float(scope.get(ARRIVED, time.monotonic()))
        self.client = ""
        self.status = 0
        self.bytes_in = 0
        self.bytes_out = 0
        self.verdict = ""
        self.has_body = self.headers.get("content-length", "0") != "0" or (
            "transfer-encoding" in self.headers
        )
        self.is_read = not self.has_body


def headers_of(pairs: Any) -> dict[str, str]:
    """Headers as text, names in lower case; of several of one name the last."""
    raw = cast("list[tuple[bytes, bytes]]", pairs)
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
