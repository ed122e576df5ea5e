"""Who asks, and whether it may: tokens, sessions, tokens against forged forms, rates."""

import hmac
import time
from collections import OrderedDict
from typing import NamedTuple

from anyio import to_thread
from starlette.requests import Request

from grader.hosting.settings import BoardSettings
from grader.hosting.store import BoardStore

COOKIE = "grader_session"
MINUTE_S = 60.0
CLIENTS_MAX = 10_000
TOKEN_CHARS_MAX = 200


class RefusedRequest(Exception):  # noqa: N818  an answer, and no fault of ours
    """A request that is answered with a status and one sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Caller(NamedTuple):
    """Somebody who asks."""

    account: str = ""
    """Empty: nobody who is known."""
    csrf: str = ""
    """What its forms must carry; empty where a program asks with its token."""


class RateMeter:
    """Counts per minute and client; the clients heard of last."""

    def __init__(self, per_minute: int) -> None:
        """`per_minute`: what each may do."""
        self._most = per_minute
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def is_over(self, client: str, *, add: int = 1) -> bool:
        """Whether this one has had its share; `add` 0 only asks."""
        now = time.monotonic()
        began, count = self._seen.pop(client, (now, 0))
        if now - began >= MINUTE_S:
            began, count = now, 0
        self._seen[client] = (began, count + add)
        if len(self._seen) > CLIENTS_MAX:
            self._seen.popitem(last=False)
        return count + add > self._most


class BoardGuard:
    """Knows callers and turns away."""

    def __init__(self, settings: BoardSettings, store: BoardStore) -> None:
        """Nobody has asked yet."""
        self._store = store
        self._requests = RateMeter(settings.bounds.requests_per_minute)
        self._guesses = RateMeter(settings.bounds.guesses_per_minute)

    async def caller(self, request: Request) -> Caller:
        """Who asks; RefusedRequest for wrong tokens and for who asks too often."""
        address = request.client.host if request.client else ""
        found = Caller()
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme:
            if scheme.lower() != "bearer":
                raise RefusedRequest(401, "send Authorization: Bearer TOKEN")
            found = Caller(await self.account(token.strip(), address))
        elif secret := request.cookies.get(COOKIE, ""):
            session = await to_thread.run_sync(self._store.session, secret[:TOKEN_CHARS_MAX])
            found = Caller(session.account, session.csrf) if session else Caller()
        if self._requests.is_over(found.account or f"address {address}"):
            raise RefusedRequest(429, "too many requests; wait a minute")
        return found

    async def account(self, token: str, address: str) -> str:
        """Whose token it is; RefusedRequest for a wrong one, and for every further guess."""
        if self._guesses.is_over(address, add=0) or self._guesses.is_over(address):
            raise RefusedRequest(429, "too many wrong tokens; wait a minute")
        name = await to_thread.run_sync(self._store.account_of, token[:TOKEN_CHARS_MAX])
        if name is None:
            raise RefusedRequest(401, "there is no such token")
        self._guesses.is_over(address, add=-1)
        return name


def known(caller: Caller) -> Caller:
    """The caller; RefusedRequest where nobody knows it."""
    if not caller.account:
        raise RefusedRequest(401, "log in, or send Authorization: Bearer TOKEN")
    return caller


def refuse_forged(request: Request, caller: Caller, given: str) -> None:
    """RefusedRequest for a form that another site has sent in a caller's name."""
    origin = request.headers.get("origin")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    other = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    if other or (
        origin is not None and origin.split("://")[-1] != own.rsplit("://", maxsplit=1)[-1]
    ):
        raise RefusedRequest(403, "this form was sent by another site")
    if not caller.csrf or not hmac.compare_digest(caller.csrf.encode(), given.encode()):
        raise RefusedRequest(403, "this form is out of date; open the page again")
