"""Who a client is: by a bearer token where there are any, else by its address."""

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from grader.errors import UsageError

SHORTEST = 16
LARGEST_FILE = 1 << 20
SCHEME = "bearer "


class ClientTokens:
    """Names by tokens, of which only digests are held."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """`names`: token → name."""
        self._names = {_digest(token): name for token, name in names.items()}

    def __bool__(self) -> bool:
        return bool(self._names)

    def name_of(self, authorization: str) -> str | None:
        """The name behind an `Authorization` header; None where there is no such token.

        All tokens are compared, each in constant time.
        """
        if authorization[: len(SCHEME)].lower() != SCHEME:
            return None
        given = _digest(authorization[len(SCHEME) :].strip())
        found = None
        for known, name in self._names.items():
            if hmac.compare_digest(known, given):
                found = name
        return found


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()


def read_tokens(path: Path | None) -> ClientTokens:
    """Tokens of a file of lines `NAME TOKEN`; UsageError names the line that is none."""
    if path is None:
        return ClientTokens({})
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
        lines = data.decode().splitlines()
    except OSError as error:
        raise UsageError(f"--token-file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"--token-file {path}: it is no text") from error
    if len(data) > LARGEST_FILE:
        raise UsageError(f"--token-file {path}: larger than {LARGEST_FILE >> 20} MiB")
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, token = _pair(line.split(), f"--token-file {path}, line {number}")
        if token in found:
            raise UsageError(f"--token-file {path}, line {number}: this token has a name already")
        found[token] = name
    if not found:
        raise UsageError(f"--token-file {path}: it names nobody; a line is: NAME TOKEN")
    return ClientTokens(found)


def _pair(words: list[str], where: str) -> tuple[str, str]:
    if len(words) != 2:  # noqa: PLR2004  name and token
        raise UsageError(f"{where}: a name and a token are expected: NAME TOKEN")
    name, token = words
    if not name.isprintable() or not token.isascii():
        raise UsageError(f"{where}: a name and a token of plain characters are expected")
    if len(token) < SHORTEST:
        raise UsageError(
            f"{where}: a token of {len(token)} characters can be guessed;"
            f" {SHORTEST} or more (openssl rand -hex 32)"
        )
    return name, token
