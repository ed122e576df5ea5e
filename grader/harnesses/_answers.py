"""The model's text, in whatever form a trainer hands it over."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from grader.errors import UsageError


def text_of(completion: object) -> str:
    """A text, a message, or a list of messages: then the last one of the assistant's counts.

    A message without content is an empty answer. UsageError for anything else.
    """
    if completion is None:
        return ""
    if isinstance(completion, str):
        return completion
    if isinstance(completion, Mapping):
        return content_of(cast("Mapping[str, Any]", completion).get("content"))
    if isinstance(completion, Sequence) and not isinstance(completion, bytes):
        return last_of(cast("Sequence[object]", completion))
    return content_of(getattr(completion, "content", completion))


def last_of(messages: Sequence[object]) -> str:
    """The content of the assistant's last message; empty where it said nothing."""
    for message in reversed(messages):
        if role_of(message) in {"assistant", None}:
            return text_of(message)
    return ""


def role_of(message: object) -> object:
    """Who speaks; None where nobody is named."""
    if isinstance(message, Mapping):
        return cast("Mapping[str, Any]", message).get("role")
    return getattr(message, "role", None)


def content_of(content: object) -> str:
    """A message's content: a text, or parts of which the texts count."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list | tuple):
        raise UsageError(f"completion: a text or messages are expected, found {type(content)}")
    return "".join(part_of(part) for part in cast("Sequence[object]", content))


def part_of(part: object) -> str:
    """A part's text; parts of other kinds (thoughts, images) are no answer."""
    if isinstance(part, str):
        return part
    if isinstance(part, Mapping):
        text = cast("Mapping[str, Any]", part).get("text", "")
    else:
        text = getattr(part, "text", "")
    return text if isinstance(text, str) else ""


def without_prompt(query: str, prompt: str) -> str:
    """What follows the prompt in a decoded sequence, which may begin with control tokens."""
    place = query.find(prompt) if prompt else -1
    return query[place + len(prompt) :] if place >= 0 else query
