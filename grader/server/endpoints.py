"""Endpoints of dialects as routes: read whole, let in, answered in the dialect's words."""

from urllib.parse import parse_qsl

from grader.dialects.base import Answer, Endpoint, Request
from grader.server.caller import JSON_TYPES, refuse_other_types
from grader.server.front import Service, Work, unless_gone
from grader.server.reading import Receive, Send, refuse_long, whole_body
from grader.server.refusal import RefusedError
from grader.server.visit import Visit

QUERY_FIELDS = 100


def work_of(endpoint: Endpoint, service: Service) -> Work:
    """What a route does for one endpoint of a dialect."""

    async def work(visit: Visit, receive: Receive, _send: Send) -> Answer:
        if visit.has_body:
            refuse_other_types(visit.headers, JSON_TYPES)
            refuse_long(visit.headers, service.options.requests.body_bytes)
        if not (visit.has_body or endpoint.works):
            return await endpoint.handle(request_of(visit, b""), service.backend(visit))
        with service.house.entered(visit.client) as guest:
            body = await whole_body(receive, guest, service.options.requests)
            visit.bytes_in = len(body)
            request = request_of(visit, body)
            return await unless_gone(endpoint.handle(request, service.backend(visit)), receive)

    return work


def request_of(visit: Visit, body: bytes) -> Request:
    """The request as a dialect sees it."""
    text = visit.query.decode("latin-1")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=QUERY_FIELDS)
    except ValueError:
        raise RefusedError(400, f"the query has more than {QUERY_FIELDS} fields") from None
    return Request(body, visit.parameters, dict(pairs), visit.headers)
