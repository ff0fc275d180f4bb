"""The body of a request: read within a time and a size, and parsed into fields.

What goes wrong here is the client's doing. It ends the request, and is no error of this server in the log.
"""

import asyncio
import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError

from oauth_connector.consent_server.failures import PageFailure, RequestStopped

BODY_SECONDS = 10.0
"""How long a body may take, from the end of the headers."""

MOST_FIELDS = 16

CLIENT_ERRORS = (ConnectionError, HttpProcessingError, RequestPayloadError)
"""What aiohttp raises when a client leaves, or sends a body that contradicts its own headers."""


async def read_fields(request: web.Request) -> Mapping[str, str]:
    """Return the fields of the body, a form or JSON; none for other content. Raises `RequestStopped`."""
    body = await _read_body(request)
    try:
        if request.content_type == "application/json":
            members = json.loads(body)
            return {k: v for k, v in members.items() if isinstance(v, str)} if isinstance(members, dict) else {}
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except (ValueError, RecursionError):
        return {}


async def _read_body(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise RequestStopped(PageFailure.TOO_LARGE) from None
    except TimeoutError:
        raise RequestStopped(PageFailure.TOO_SLOW) from None
    except CLIENT_ERRORS:
        raise RequestStopped(PageFailure.BODY_INCOMPLETE) from None
