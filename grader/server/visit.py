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
    """Headers as text, names in lower case; those of one name are a list (RFC 9110)."""
    found: dict[str, str] = {}
    for raw_name, raw_value in cast("list[tuple[bytes, bytes]]", pairs):
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
