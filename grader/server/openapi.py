"""The OpenAPI document, from the bodies' own records."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from grader.dialects._native_asked import GradeBody, RunBody
from grader.dialects.base import Answer
from grader.server.batch import BatchLine
from grader.server.front import Handler
from grader.server.session_routes import FileBody, SessionBody
from grader.version import VERSION

BODIES: dict[str, tuple[type[BaseModel], str]] = {
    "/v1/grade": (GradeBody, "Grade one sample."),
    "/v1/grade/batch": (BatchLine, "Grade many: one object per line, in and out."),
    "/v1/run": (RunBody, "Run a program; no verdict."),
    "/v1/sessions": (SessionBody, "Open a sandbox that keeps its files."),
    "/v1/sessions/{id}/run": (RunBody, "One step in a session."),
    "/v1/sessions/{id}/files": (FileBody, "Put a file there, or bring one back (?path=)."),
}
PLACE = "#/components/schemas/{model}"
ANSWERS = {
    "200": "The answer.",
    "4XX": "The request is wrong; the answer says why in one sentence.",
    "429": "Your own share is full; Retry-After says when to try again.",
    "503": "Our own trouble, or a full server; Retry-After says when to try again.",
    "504": "The deadline came first.",
}


def document(paths: Mapping[str, Mapping[str, Handler]]) -> Answer:
    """What `/openapi.json` answers."""
    schemas: dict[str, Any] = {}
    told = {
        path: {method.lower(): operation(path, method, schemas) for method in methods}
        for path, methods in sorted(paths.items())
    }
    whole = {
        "openapi": "3.1.0",
        "info": {"title": "grader", "version": VERSION},
        "paths": told,
        "components": {"schemas": schemas},
    }
    return Answer(200, json.dumps(whole).encode())


def operation(path: str, method: str, schemas: dict[str, Any]) -> dict[str, Any]:
    """One method of a path; what its body refers to goes into `schemas`."""
    answers = {status: {"description": text} for status, text in ANSWERS.items()}
    told: dict[str, Any] = {"responses": answers}
    names = re.findall(r"{(\w+)}", path)
    if names:
        told["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in names
        ]
    model, meaning = BODIES.get(path, (None, ""))
    if meaning:
        told["summary"] = meaning
    if method == "POST":
        kind = "application/x-ndjson" if path.endswith("/batch") else "application/json"
        schema: dict[str, Any] = {"type": "object"}
        if model is not None:
            schema = model.model_json_schema(ref_template=PLACE)
            schemas.update(schema.pop("$defs", {}))
        told["requestBody"] = {"required": True, "content": {kind: {"schema": schema}}}
    return told
