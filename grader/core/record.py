"""The base of every stored record, and how bytes travel in JSON."""

import base64
import hashlib
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

BASE64_MARK = "base64:"


class Record(BaseModel):
    """Frozen, closed (`extra="forbid"`), field docs under the field."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, validate_default=False
    )


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


def digest(*parts: bytes) -> str:
    """Hex SHA-256 over length-prefixed parts, so that no two splits collide."""
    state = hashlib.sha256()
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.hexdigest()
