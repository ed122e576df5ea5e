"""Who calls, and whether from where it may: tokens, and on loopback the name that was called."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from grader.server.options import is_loopback
from grader.server.refusal import RefusedError
from grader.server.tokens import ClientTokens

JSON_TYPES = ("application/json", "text/json")
KNOWN_NAMES = 64
"""Hosts and origins, 32 KiB at most each, of which it is known whether they are this machine."""
LINES_TYPES = ("application/x-ndjson", "application/jsonl", "application/json-lines", *JSON_TYPES)


def client_of(headers: Mapping[str, str], address: str, tokens: ClientTokens) -> str:
    """A client's name; RefusedError 401 where tokens are wanted and this is none of them."""
    if not tokens:
        return address
    name = tokens.name_of(headers.get("authorization", ""))
    if name is None:
        raise RefusedError(
            401,
            "a bearer token is missing or unknown; send 'Authorization: Bearer TOKEN'",
            WWW_Authenticate="Bearer",
        )
    return name


def refuse_other_sites(headers: Mapping[str, str]) -> None:
    """On loopback without tokens: refuse what a web page of another site makes a browser send.

    A name that resolves to 127.0.0.1 reaches this server from any page (DNS rebinding), so only
    names that are this machine's own are answered to.
    """
    host = headers.get("host", "")
    if host and not _is_own(f"//{host}"):
        raise RefusedError(403, "the Host header names another machine; call it as 127.0.0.1")
    origin = headers.get("origin", "")
    if origin and not _is_own(origin):
        raise RefusedError(403, "a page of another site may not call a server without tokens")


@lru_cache(KNOWN_NAMES)
def _is_own(url: str) -> bool:
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False


def refuse_other_types(headers: Mapping[str, str], wanted: tuple[str, ...]) -> None:
    """RefusedError 415 where a body is of another type, 415 too where it is compressed."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in wanted:
        raise RefusedError(415, f"Content-Type: {wanted[0]} is expected, found {kind[:60]!r}")
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity":
        raise RefusedError(415, "Content-Encoding: send the body as it is")
