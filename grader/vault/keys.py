"""Keys of sealed benchmarks: X25519 in the files of `age` (age-encryption.org/v1), by pyrage.

All cryptography is that library's. A private key is a file as `age-keygen` writes it; what data are
sealed to is its public part, a line that begins with `age1`.
"""

import os
import re
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from grader.errors import UsageError

PUBLIC = re.compile(r"\bage1[02-9ac-hj-np-z]{58}\b")
PRIVATE = re.compile(r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b")
KEY_BYTES = 64 << 10
OTHERS = 0o077
"""Permissions of anybody but the owner."""


class Opener(Protocol):
    """What opens one task's sealed part."""

    def open(self, sealed: bytes) -> bytes:
        """What was sealed; UsageError where it was not sealed to this key, or was changed."""
        ...


class KeyFile:
    """Private keys out of a file, held in this process."""

    def __init__(self, path: Path) -> None:
        """UsageError where the file is none, or others may read it."""
        self._path = path
        library = pyrage()
        self._identities = [library.x25519.Identity.from_str(each) for each in private_keys(path)]

    def open(self, sealed: bytes) -> bytes:
        """See `Opener`."""
        library = pyrage()
        try:
            return library.decrypt(sealed, self._identities)
        except library.DecryptError:
            raise UsageError(
                f"{self._path} does not open this: it was sealed to another key, or was changed"
            ) from None


def pyrage() -> Any:
    """The library; UsageError where the extra is not installed."""
    try:
        return import_module("pyrage")
    except ModuleNotFoundError:
        raise UsageError(
            "sealed benchmarks need the extra 'sealed'; pip install 'grader[sealed]'"
        ) from None


def make(path: Path) -> str:
    """Write a new private key to `path` and its public one to `path.pub`; the public one.

    UsageError where either is there: a key that is gone opens nothing any more.
    """
    identity = pyrage().x25519.Identity.generate()
    public = str(identity.to_public())
    beside = path.with_name(f"{path.name}.pub")
    for place, text, mode in (
        (path, f"# public key: {public}\n{identity}\n", 0o600),
        (beside, f"{public}\n", 0o644),
    ):
        try:
            made = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        except FileExistsError:
            raise UsageError(f"{place} is there already; choose another name") from None
        except OSError as error:
            raise UsageError(f"cannot write {place}: {error.strerror}") from error
        with os.fdopen(made, "w", encoding="ascii") as file:
            file.write(text)
    return public


def private_keys(path: Path) -> list[str]:
    """The private keys in a file that only its owner can read; UsageError otherwise."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(KEY_BYTES).decode("ascii", errors="replace")
    except OSError as error:
        raise UsageError(f"cannot read the key {path}: {error.strerror}") from error
    found = PRIVATE.findall(text)
    if not found:
        raise UsageError(f"{path} holds no private key; 'grader keys new {path}' makes one")
    if mode & OTHERS:
        raise UsageError(f"others can read {path}; chmod 600 {path}")
    return found


def public_key(given: str) -> str:
    """A public key, given itself or as the name of a file that holds it; UsageError otherwise."""
    if PUBLIC.fullmatch(given):
        return given
    path = Path(given)
    try:
        text = path.read_bytes()[:KEY_BYTES].decode("ascii", errors="replace")
    except OSError as error:
        raise UsageError(f"cannot read the key {path}: {error.strerror}") from error
    if PRIVATE.search(text):
        raise UsageError(f"{path} is a private key; seal to its public one, {path}.pub")
    found = PUBLIC.findall(text)
    if not found:
        raise UsageError(f"{path} holds no public key (age1…); 'grader keys new KEY' makes one")
    return found[0]


def sealed_to(recipients: tuple[str, ...]) -> list[Any]:
    """Public keys as the library takes them; UsageError for what is none."""
    library = pyrage()
    try:
        return [library.x25519.Recipient.from_str(each) for each in recipients]
    except library.RecipientError as error:
        raise UsageError(f"this is no public key of age: {error}") from None
