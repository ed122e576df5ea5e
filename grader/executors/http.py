"""Attempts on worker machines that are reached over HTTP: `grader serve --worker` on each."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pydantic import ValidationError

from grader.core.record import first_fault
from grader.errors import UsageError
from grader.executors._machines.http_client import HttpAnswerError, asked, worker_url
from grader.executors._machines.machine import MachineLostError, MachineRefusedError
from grader.executors._machines.wire import CHUNK_PATH, FACTS_BYTES, FACTS_PATH, MachineFacts

LATER = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses of a machine that may be well later."""
SENTENCE = 300


class HttpLink:
    """One machine at its URL."""

    contact_s = 30.0

    def __init__(self, url: str, token: str) -> None:
        """UsageError where it is no URL; `token`: empty where the machine wants none."""
        self.name = url
        self._url = worker_url(url)
        self._token = token

    async def facts(self) -> MachineFacts:
        """What it says of itself."""
        try:
            async with asked(self._url, FACTS_PATH, token=self._token) as body:
                data = await body.beginning(FACTS_BYTES)
        except HttpAnswerError as error:
            raise raised(error) from None
        try:
            return MachineFacts.model_validate_json(data)
        except ValidationError as error:
            why = first_fault(error, "answer")
            raise MachineRefusedError(f"another version of grader, or none ({why})") from None

    @asynccontextmanager
    async def answers(self, chunk: bytes) -> AsyncGenerator[AsyncIterator[list[bytes]]]:
        """Its lines for a chunk."""
        try:
            async with asked(self._url, CHUNK_PATH, token=self._token, body=chunk) as body:
                yield body.lines()
        except HttpAnswerError as error:
            raise raised(error) from None


def raised(error: HttpAnswerError) -> Exception:
    """What another status than 200 means."""
    if error.status in LATER:
        return MachineLostError(str(error)[:SENTENCE])
    if error.status == 401:  # noqa: PLR2004  HTTP
        return MachineRefusedError("it wants another token; see --worker-token")
    if error.status in {404, 405}:
        return MachineRefusedError("it is no worker; start it with: grader serve --worker")
    return MachineRefusedError(str(error)[:SENTENCE])


def links(urls: Sequence[str], token: str) -> list[HttpLink]:
    """A link to each machine; UsageError where one stands twice, or is none."""
    if not urls:
        raise UsageError("--executor http wants machines; give --worker-url URL for each")
    twice = next((url for url in urls if urls.count(url) > 1), None)
    if twice:
        raise UsageError(f"--worker-url {twice}: it stands there twice")
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        raise UsageError("--worker-token: a token of plain characters is expected")
    return [HttpLink(url.rstrip("/"), token) for url in urls]
