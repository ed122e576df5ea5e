"""A row's task id and the model's text in it, under the names that people give them.

Pure functions over one row. Where a row has several texts, the more particular name wins: code
that a tool extracted itself before the raw answer it was taken from.
"""

from collections.abc import Callable, Iterator
from typing import Any, cast

BODIES = (
    "solution", "completion", "completions", "generated_code", "extracted_code", "code",
    "code_list", "output_list", "generation", "generations", "generated_text", "model_output",
    "model_answer", "model_response", "llm_output", "llm_response", "output_text", "raw_solution",
    "raw_output", "raw_generation", "raw_completion", "full_response", "filtered_resps", "resps",
    "outputs", "output", "responses", "response", "predictions", "prediction", "pred", "preds",
    "samples", "candidates", "candidate", "choices", "result", "results", "generated", "answers",
    "answer", "program", "messages", "conversation", "conversations", "text", "content", "body",
)  # fmt: skip
"""Keys that hold what a model wrote, the most telling first."""
INNER = ("text", "content", "completion", "code", "message", "generated_text", "output_text",
         "output", "choices", "messages", "completions", "generation", "value", "body",
         "response", "candidates", "parts")  # fmt: skip
"""Keys below such a value: of OpenAI's, vLLM's, TGI's, Gemini's and others' answers."""
IDS = (
    "task_id", "taskId", "taskid", "task", "custom_id", "problem_id", "problemId", "question_id",
    "questionId", "instance_id", "sample_id", "example_id", "prompt_id", "problem", "id", "_id",
    "uid", "name", "key", "doc_id", "idx", "index",
)  # fmt: skip
NESTED_IDS = ("doc", "metadata", "meta", "vars", "instance", "input", "info", "extra", "gold",
              "reference", "problem", "task", "example", "testCase")  # fmt: skip
"""Objects of a row in which an id may stand."""
MODELS = ("model", "model_name", "model_id", "model_name_or_path")
ROLES, MODEL_ROLES = ("role", "from"), ("assistant", "gpt", "model", "ai", "bot")
DEEPEST = 8

Known = Callable[[str], str]
"""The task's id that a spelling stands for; empty where there is none."""


def id_of(value: dict[str, Any], known: Known) -> object:
    """What names the row's task: a known id first, else what the first usual key holds; or None."""
    found = [value[key] for key in IDS if key in value]
    for key in NESTED_IDS:
        inner = value.get(key)
        if isinstance(inner, dict):
            inside = cast("dict[str, Any]", inner)
            found += [inside[each] for each in IDS if each in inside]
        elif isinstance(inner, str):
            found.append(inner)
    names = [each for each in found if type(each) in {str, int}]
    return next((each for each in names if known(str(each))), found[0] if found else None)


def bodies_of(value: dict[str, Any]) -> tuple[str, list[str | None]]:
    """The key that holds the model's texts, and those; ("", []) where there is none."""
    empty = ""
    for key in BODIES:
        if key not in value:
            continue
        found = texts(value[key])
        if any(found):
            return key, found
        if found and not empty:
            empty = key
    return empty, texts(value[empty]) if empty else []


def texts(value: object, depth: int = 0) -> list[str | None]:
    """The texts of one value, one for each sample; None for an answer that is null.

    A text; a list of them; a conversation (the model's last turn); objects that hold one of these.
    """
    if depth > DEEPEST:
        return []
    if value is None or isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return _listed(cast("list[object]", value), depth)
    if isinstance(value, dict):
        found = cast("dict[str, object]", value)
        for key in INNER:
            if key in found and (inner := texts(found[key], depth + 1)):
                return inner
    return []


def _listed(items: list[object], depth: int) -> list[str | None]:
    turns = [cast("dict[str, object]", item) for item in items if isinstance(item, dict)]
    if turns and len(turns) == len(items):
        if any(key in turn for turn in turns for key in ROLES):
            return _last_turn(turns, depth)
        if all(turn.get("type") in {"text", "output_text", "reasoning"} for turn in turns):
            return _parts(turns)
    return [text for item in items for text in texts(item, depth + 1)]


def _last_turn(turns: list[dict[str, object]], depth: int) -> list[str | None]:
    """What the model said last in a conversation."""
    for turn in reversed(turns):
        role = next((turn[key] for key in ROLES if key in turn), "")
        if str(role).lower() in MODEL_ROLES:
            content = turn.get("content", turn.get("value", turn.get("parts")))
            found = [text for text in texts(content, depth + 1) if text is not None]
            return ["".join(found)] if found else [None]
    return []


def _parts(parts: list[dict[str, object]]) -> list[str | None]:
    """One answer in several parts (OpenAI's and Anthropic's content lists), thoughts left out."""
    said = [part.get("text") for part in parts if part.get("type") != "reasoning"]
    return ["".join(text for text in said if isinstance(text, str))]


def rows_of(value: dict[str, Any], known: Known) -> Iterator[dict[str, Any]]:
    """The row as usual ones, one for each text; itself where no text is found."""
    key, found = bodies_of(value)
    name = id_of(value, known)
    if not found or name is None:
        yield value
        return
    model = next((value[each] for each in MODELS if isinstance(value.get(each), str)), "")
    kept = "solution" if key == "solution" else "completion"
    for text in found:
        yield {"task_id": name, kept: text, "model": model}
