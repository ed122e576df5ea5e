"""Who asks, and whether it may: tokens, sessions, tokens against forged forms, rates."""

import asyncio
import hmac
import time
from collections import OrderedDict
from typing import NamedTuple

from anyio import to_thread
from starlette.datastructures import FormData
from starlette.requests import Request

from grader.hosting.incoming import FORM_BYTES, form_of
from grader.hosting.settings import BoardSettings
from grader.hosting.store import BoardStore
from grader.server.refusal import RefusedError

COOKIE = "grader_session"
MINUTE_S = 60.0
CLIENTS_MAX = 10_000
TOKEN_CHARS_MAX = 200


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

    def is_over(self, client: str) -> bool:
        """Count one more; whether that was more than this one may do."""
        return self._counted(client, 1) > self._most

    def is_spent(self, client: str) -> bool:
        """Whether one more would be too much; counts nothing."""
        return self._counted(client, 0) >= self._most

    def _counted(self, client: str, more: int) -> int:
        now = time.monotonic()
        began, count = self._seen.pop(client, (now, 0))
        if now - began >= MINUTE_S:
            began, count = now, 0
        self._seen[client] = (began, count + more)
        if len(self._seen) > CLIENTS_MAX:
            self._seen.popitem(last=False)
        return count + more


class BoardGuard:
    """Knows callers and turns away."""

    def __init__(self, settings: BoardSettings, store: BoardStore) -> None:
        """Nobody has asked yet."""
        self._store = store
        self._requests = RateMeter(settings.bounds.requests_per_minute)
        self._guesses = RateMeter(settings.bounds.guesses_per_minute)
        self._looking_up = asyncio.Lock()  # guesses at one time are not more, nor right ones wrong

    async def caller(self, request: Request) -> Caller:
        """Who asks; RefusedError for wrong tokens and for who asks too often."""
        address = address_of(request)
        found = Caller()
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme:
            if scheme.lower() != "bearer":
                raise RefusedError(401, "send Authorization: Bearer TOKEN")
            found = Caller(await self.account(token.strip(), address))
        elif secret := request.cookies.get(COOKIE, ""):
            session = await to_thread.run_sync(self._store.session, secret[:TOKEN_CHARS_MAX])
            found = Caller(session.account, session.csrf) if session else Caller()
        if self._requests.is_over(found.account or f"address {address}"):
            raise RefusedError(429, "too many requests; wait a minute")
        return found

    async def account(self, token: str, address: str) -> str:
        """Whose token it is; RefusedError for a wrong one, and for every further guess."""
        async with self._looking_up:
            if self._guesses.is_spent(address):
                raise RefusedError(429, "too many wrong tokens; wait a minute")
            name = await to_thread.run_sync(self._store.account_of, token[:TOKEN_CHARS_MAX])
            if name is None:
                self._guesses.is_over(address)
                raise RefusedError(401, "there is no such token")
            return name


def address_of(request: Request) -> str:
    """From where it comes."""
    return request.client.host if request.client else ""


def known(caller: Caller) -> Caller:
    """The caller; RefusedError where nobody knows it."""
    if not caller.account:
        raise RefusedError(401, "log in, or send Authorization: Bearer TOKEN")
    return caller


def refuse_forms(caller: Caller) -> None:
    """RefusedError where a browser's session asks what only programs may."""
    if caller.csrf:
        raise RefusedError(403, "programs send Authorization: Bearer TOKEN")


async def own_form(request: Request, caller: Caller, most: int = FORM_BYTES) -> FormData:
    """The fields of a form that this site gave to this caller; RefusedError for any other."""
    refuse_other_site(request)
    fields = await form_of(request, most)
    given = str(fields.get("csrf", ""))
    if not caller.csrf or not hmac.compare_digest(caller.csrf.encode(), given.encode()):
        raise RefusedError(403, "this form is out of date; open the page again")
    return fields


def refuse_other_site(request: Request) -> None:
    """RefusedError for a form that another site has sent."""
    origin = request.headers.get("origin")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    other = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    if other or (
        origin is not None and origin.split("://")[-1] != own.rsplit("://", maxsplit=1)[-1]
    ):
        raise RefusedError(403, "this form was sent by another site")
