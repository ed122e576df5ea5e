"""The base of every stored record, and how bytes travel in JSON."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Self, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
)

BASE64_MARK = "base64:"


class Record(BaseModel):
    """Frozen, closed (`extra="forbid"`), field docs under the field."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's, in a tenth of its time: no record has private attributes."""
        if deep:
            return super().model_copy(update=update, deep=deep)
        made = object.__new__(type(self))
        changes = update or {}
        _put(made, "__dict__", {**self.__dict__, **changes})
        _put(made, "__pydantic_fields_set__", self.__pydantic_fields_set__ | changes.keys())
        _put(made, "__pydantic_extra__", None)
        _put(made, "__pydantic_private__", None)
        return made


_put = object.__setattr__


def first_fault(error: ValidationError, whole: str) -> str:
    """`field: what is wrong`, the first that is; `whole`: what it is called itself."""
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or whole}: {first['msg']}"


def bytes_to_text(data: bytes) -> str:
    """Readable where the bytes are UTF-8, `base64:`-marked otherwise; `text_to_bytes` inverts."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return BASE64_MARK + base64.b64encode(data).decode()
    if text.startswith(BASE64_MARK):
        return BASE64_MARK + base64.b64encode(data).decode()
    return text


def text_to_bytes(value: Any) -> Any:
    """Inverse of `bytes_to_text`; leaves what is bytes already."""
    if isinstance(value, str):
        if value.startswith(BASE64_MARK):
            return base64.b64decode(value[len(BASE64_MARK) :], validate=True)
        return value.encode()
    return value


Blob = Annotated[
    bytes,
    BeforeValidator(text_to_bytes),
    PlainSerializer(bytes_to_text, return_type=str, when_used="json"),
]
"""Bytes that JSON can carry losslessly and a person can read when they are text."""


def name_to_text(name: str) -> str:
    """A file's name or a word of a command line: as it is, `base64:`-marked where it is no text.

    Python shows bytes of names that are not UTF-8 as lone surrogates, which JSON cannot carry.
    """
    return bytes_to_text(name.encode(errors="surrogateescape"))


def text_to_name(value: Any, info: ValidationInfo) -> Any:
    """Inverse of `name_to_text`; a name that does not come from JSON is one already."""
    if info.mode == "json" and isinstance(value, str) and value.startswith(BASE64_MARK):
        return text_to_bytes(value).decode(errors="surrogateescape")
    return value


Name = Annotated[
    str,
    BeforeValidator(text_to_name),
    PlainSerializer(name_to_text, return_type=str, when_used="json"),
]
"""A name that the system gave, whatever its bytes are."""


def digest(*parts: bytes) -> str:
    """Hex SHA-256 over length-prefixed parts, so that no two splits collide."""
    state = hashlib.sha256()
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.hexdigest()


def without_surrogates(value: Any) -> Any:
    """`value` with every lone surrogate spelled out, which UTF-8 cannot carry."""
    match value:
        case str():
            return value.encode(errors="backslashreplace").decode()
        case dict():
            items = cast("dict[str, Any]", value)
            return {key: without_surrogates(item) for key, item in items.items()}
        case list() | tuple():
            parts = cast("tuple[Any, ...]", value)
            return tuple(without_surrogates(item) for item in parts)
        case _:
            return value
