"""A board's paths, as an ASGI application: pages for people, `/api` for programs."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from anyio import to_thread
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route
from starlette.types import ASGIApp

from grader.errors import GraderError, TurnedAwayError, UsageError
from grader.hosting import board as boards
from grader.hosting import pages, uploads
from grader.hosting.grading import GradingQueue, run_of
from grader.hosting.guard import (
    COOKIE,
    BoardGuard,
    Caller,
    address_of,
    known,
    own_form,
    refuse_forms,
    refuse_other_site,
)
from grader.hosting.incoming import FORM_BYTES, EarlyAnswer, form_of
from grader.hosting.settings import BoardSettings
from grader.hosting.store import SESSION_S, BoardStore, QuotaSpentError, Submission, named
from grader.server.front import Incoming
from grader.server.reading import refuse_long
from grader.server.refusal import RefusedError
from grader.server.visit import Visit
from grader.study.compare import compare_runs

NUMBER = re.compile(r"[0-9a-f]{32}")
COMPARED_MAX = 8
LISTENERS_MAX = 500
BEAT_S = 15.0
Handler = Callable[[Request, Caller], Awaitable[Response]]


class BoardSite:
    """The application over a store and a queue."""

    def __init__(self, settings: BoardSettings, store: BoardStore) -> None:
        """Opens nothing."""
        self.settings = settings
        self.store = store
        self.guard = BoardGuard(settings, store)
        self.queue = GradingQueue(settings, store, self.changed)
        self._version = 0
        self._news = asyncio.Event()
        self._listeners = 0
        self._built: boards.BuiltBoard | None = None
        self._building = asyncio.Lock()
        get, post = self._answering(["GET"]), self._answering(["POST"])
        self.app = Starlette(
            routes=[
                get("/", self.index), get("/login", self.login_page), post("/login", self.login),
                post("/logout", self.logout), get("/submit", self.submit_page),
                post("/submit", self.submit_form), get("/mine", self.mine),
                get("/entries/{number}", self.entry), get("/entries/{number}/run", self.run_page),
                get("/entries/{number}/bundle", self.bundle),
                post("/entries/{number}/{verb}", self.turn_form), get("/compare", self.compare),
                get("/events", self.events), get("/api/board", self.api_board),
                post("/api/submissions", self.api_submit), get("/api/submissions", self.api_mine),
                get("/api/submissions/{number}", self.api_one),
                post("/api/submissions/{number}/{verb}", self.api_turn),
            ]
        )  # fmt: skip

    def changed(self) -> None:
        """Tell all who listen that a page may look different."""
        self._version += 1
        self._news.set()
        self._news = asyncio.Event()

    def _answering(self, methods: list[str]) -> Callable[[str, Handler], Route]:
        def route(path: str, handler: Handler) -> Route:
            return Route(path, partial(self._answer, handler), methods=methods)

        return route

    async def _answer(self, handler: Handler, request: Request) -> ASGIApp:
        is_api = request.url.path.startswith("/api")
        caller, visit = Caller(), Visit(request.scope, request.url.path)
        request = Request(request.scope, Incoming(request.receive, visit))
        try:
            caller = await self.guard.caller(request)
            response = await handler(request, caller)
        except RefusedError as error:
            response = self._refusal(error.status, error.sentence, caller, is_api=is_api)
        except QuotaSpentError as error:
            response = self._refusal(429, str(error), caller, is_api=is_api)
        except FileNotFoundError:
            response = self._refusal(404, "there is no such entry", caller, is_api=is_api)
        except UsageError as error:
            response = self._refusal(422, str(error), caller, is_api=is_api)
        except TurnedAwayError as error:
            response = self._refusal(503, str(error), caller, is_api=is_api)
        except GraderError:
            response = self._refusal(503, "our trouble; try again", caller, is_api=is_api)
        response.headers.setdefault("Content-Security-Policy", pages.policy())
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"  # else forms say they are nobody's
        response.headers["Cache-Control"] = "no-store"
        return response if visit.is_read else EarlyAnswer(response)

    def _refusal(self, status: int, sentence: str, caller: Caller, *, is_api: bool) -> Response:
        if is_api:
            return JSONResponse({"error": sentence}, status)
        body = pages.card("That did not work", f"<p>{pages.safe(sentence)}</p>")
        return self._page("Not done", body, caller, status)

    def _page(self, title: str, body: str, caller: Caller, status: int = 200) -> HTMLResponse:
        text = pages.whole(self.settings, title, body, account=caller.account, csrf=caller.csrf)
        return HTMLResponse(text, status)

    async def board(self) -> boards.BuiltBoard:
        """The board as it is now; built anew where other entries are on it than when it was."""
        async with self._building:
            published = await to_thread.run_sync(self.store.published)
            if self._built is None or self._built.published != published:
                self._built = await to_thread.run_sync(boards.built, self.settings, published)
            return self._built

    async def index(self, _: Request, caller: Caller) -> Response:
        """The board's page."""
        built = await self.board()
        return self._page("Board", pages.board(built.made, built.published), caller)

    async def api_board(self, _: Request, _caller: Caller) -> Response:
        """The same as `grader leaderboard build` writes it."""
        built = await self.board()
        return Response(built.made.model_dump_json(), media_type="application/json")

    async def login_page(self, _: Request, caller: Caller) -> Response:
        """The form."""
        return self._page("Log in", pages.login(), caller)

    async def login(self, request: Request, _: Caller) -> Response:
        """Begin a session."""
        refuse_other_site(request)
        fields = await form_of(request)
        token = str(fields.get("token", "")).strip()
        account = await self.guard.account(token, address_of(request))
        secret = await to_thread.run_sync(self.store.log_in, account)
        response = RedirectResponse("/mine", 303)
        response.set_cookie(
            COOKIE, secret, max_age=int(SESSION_S), httponly=True, samesite="strict",
            secure=self.settings.https,
        )  # fmt: skip
        return response

    async def logout(self, request: Request, caller: Caller) -> Response:
        """End a session."""
        await own_form(request, caller)
        await to_thread.run_sync(self.store.log_out, request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/", 303)
        response.delete_cookie(COOKIE)
        return response

    async def submit_page(self, _: Request, caller: Caller) -> Response:
        """The form."""
        known(caller)
        quota = self.settings.quota
        words = (
            f"{quota.per_day} a day, {quota.total} in all. The result is yours alone until you"
            " publish it."
        )
        return self._page("Submit", pages.submit(caller.csrf, words), caller)

    async def submit_form(self, request: Request, caller: Caller) -> Response:
        """Take in what the form sent."""
        known(caller)
        most = (self.settings.bounds.upload_mb << 20) + FORM_BYTES
        fields = await own_form(request, caller, most)
        sent = fields.get("samples")
        if not isinstance(sent, UploadFile):
            raise UsageError("choose a file of samples")

        async def pieces() -> AsyncIterator[bytes]:
            while piece := await sent.read(uploads.PIECE):
                yield piece

        await self._submit(
            caller, pieces(), str(fields.get("name", "")), str(fields.get("usd", ""))
        )
        return RedirectResponse("/mine", 303)

    async def api_submit(self, request: Request, caller: Caller) -> Response:
        """Take in a body; `?name=…&usd=…`."""
        refuse_long(request.headers, self.settings.bounds.upload_mb << 20)
        refuse_forms(known(caller))
        said = request.query_params
        found = await self._submit(
            caller, request.stream(), said.get("name", ""), said.get("usd", "")
        )
        return JSONResponse(told(found), 201)

    async def _submit(
        self, caller: Caller, pieces: AsyncIterator[bytes], name: str, usd: str
    ) -> Submission:
        name = named(name, "the entry needs a name of")
        if not self.settings.is_open(datetime.now(UTC)):
            raise RefusedError(403, "the board takes nothing in now")
        cost = money(usd)
        folder = self.settings.folder / "uploads"
        upload = await uploads.kept(pieces, folder, self.settings.bounds)
        try:
            found = await to_thread.run_sync(
                partial(
                    self.store.submit, caller.account, number=upload.number, name=name,
                    digest=upload.sha256, usd=cost, quota=self.settings.quota,
                )
            )  # fmt: skip
        except BaseException:
            upload.path.unlink(missing_ok=True)
            raise
        self.queue.wake()
        self.changed()
        return found

    async def mine(self, _: Request, caller: Caller) -> Response:
        """The caller's own submissions."""
        found = await to_thread.run_sync(self.store.of_account, known(caller).account)
        return self._page("My submissions", pages.mine(found, caller.csrf), caller)

    async def api_mine(self, _: Request, caller: Caller) -> Response:
        """The same for programs."""
        found = await to_thread.run_sync(self.store.of_account, known(caller).account)
        return JSONResponse([told(each) for each in found])

    async def visible(self, number: str, caller: Caller) -> Submission:
        """An entry; FileNotFoundError where there is none, also where it is another's secret."""
        if not NUMBER.fullmatch(number):
            raise FileNotFoundError(number)
        found = await to_thread.run_sync(self.store.find, number)
        if found is None or not may_see(found, caller):
            raise FileNotFoundError(number)
        return found

    async def entry(self, request: Request, caller: Caller) -> Response:
        """One submission."""
        found = await self.visible(number_of(request), caller)
        listed = await to_thread.run_sync(self.store.of_account, found.account)
        earlier = [
            each for each in listed if each.made_at < found.made_at and may_see(each, caller)
        ]
        read = partial(boards.verdicts, self.settings)
        now = await to_thread.run_sync(read, found.id)
        before = await to_thread.run_sync(read, earlier[0].id) if earlier else {}
        links = ""
        if await to_thread.run_sync(boards.is_whole, self.settings, found):
            place = f"/entries/{found.id}"
            links = f'<p class="note"><a href="{place}/run">Page of the run</a>'
            links += f' · <a href="{place}/bundle">Bundle that proves it</a></p>'
        body = pages.entry(found, now, earlier, before, links=links)
        return self._page(found.name, body, caller)

    async def run_page(self, request: Request, caller: Caller) -> Response:
        """The page that `grader report --format html` makes, under the policy that it brings."""
        found = await self._whole(request, caller)
        page = await to_thread.run_sync(boards.document, self.settings, found, "html")
        return HTMLResponse(page, headers={"Content-Security-Policy": "frame-ancestors 'none'"})

    async def bundle(self, request: Request, caller: Caller) -> Response:
        """The run and who vouches for it."""
        found = await self._whole(request, caller)
        data = await to_thread.run_sync(boards.bundle, self.settings, found)
        headers = {"Content-Disposition": f'attachment; filename="{found.id}.tar.gz"'}
        return Response(data, media_type="application/gzip", headers=headers)

    async def _whole(self, request: Request, caller: Caller) -> Submission:
        found = await self.visible(number_of(request), caller)
        if not await to_thread.run_sync(boards.is_whole, self.settings, found):
            raise FileNotFoundError(found.id)
        return found

    async def turn_form(self, request: Request, caller: Caller) -> Response:
        """Publish or withdraw, by a button."""
        known(caller)
        await own_form(request, caller)
        await self._turn(request, caller)
        return RedirectResponse("/mine", 303)

    async def api_turn(self, request: Request, caller: Caller) -> Response:
        """The same for programs."""
        refuse_forms(known(caller))
        return JSONResponse(told(await self._turn(request, caller)))

    async def _turn(self, request: Request, caller: Caller) -> Submission:
        found = await self.visible(number_of(request), caller)
        turns = {"publish": self.store.publish, "withdraw": self.store.withdraw}
        turn = turns.get(request.path_params["verb"])
        if turn is None:
            raise FileNotFoundError(found.id)
        await to_thread.run_sync(turn, caller.account, found.id)
        self.changed()
        return await self.visible(found.id, caller)

    async def api_one(self, request: Request, caller: Caller) -> Response:
        """One submission, for programs."""
        return JSONResponse(told(await self.visible(number_of(request), caller)))

    async def compare(self, request: Request, caller: Caller) -> Response:
        """Two or more entries."""
        numbers = list(dict.fromkeys(request.query_params.getlist("id")))
        if not 2 <= len(numbers) <= COMPARED_MAX:  # noqa: PLR2004  a pair
            raise UsageError(f"choose from 2 to {COMPARED_MAX} entries")
        found = [await self.visible(number, caller) for number in numbers]
        paths = [run_of(self.settings, each.id) for each in found]
        made = await to_thread.run_sync(compare_runs, paths)
        names = {each.id: each.name for each in found}  # a run's folder is named by the id
        read = partial(boards.verdicts, self.settings)
        verdicts = [(each.name, await to_thread.run_sync(read, each.id)) for each in found]
        return self._page("Comparison", pages.compared(names, made, verdicts), caller)

    async def events(self, _: Request, _caller: Caller) -> Response:
        """News by server-sent events: only that there is some, pages say what."""
        if self._listeners >= LISTENERS_MAX:
            raise TurnedAwayError("too many listen already")

        async def news() -> AsyncIterator[str]:
            self._listeners += 1
            try:
                yield f"data: {self._version}\n\n"
                while True:
                    try:
                        await asyncio.wait_for(self._news.wait(), BEAT_S)
                        yield f"data: {self._version}\n\n"
                    except TimeoutError:
                        yield ": still here\n\n"
            finally:
                self._listeners -= 1

        return StreamingResponse(news(), media_type="text/event-stream")


def number_of(request: Request) -> str:
    """Which entry a path names."""
    return request.path_params["number"]


def may_see(found: Submission, caller: Caller) -> bool:
    """Whether an entry is the caller's own, or on the board."""
    if caller.account == found.account:
        return True
    return found.published_at is not None and found.withdrawn_at is None


def told(found: Submission) -> dict[str, Any]:
    """An entry as JSON."""
    return found._asdict()


def money(text: str) -> float | None:
    """A cost, where one is told."""
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e12:  # noqa: PLR2004  also no NaN
        raise UsageError("the cost is no number of USD")
    return value
