"""Empties the lists of kopf: what they would contain is listed by the operator itself (decision 59).

kopf starts a task for each object of a list and remembers it. With 10,000 connectors this takes eleven seconds of a
core, and until its end no event of the watch is passed on. Of a list it needs only the version, from which it watches.
"""

from collections.abc import Callable, Collection
from http import HTTPStatus

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

RequestList = Callable[[str, str], object]
"""Called with the plural of a kind and a namespace, empty for all of them: its objects have to be listed from now on.

A watch reports only what changes after its start.
"""

NOTHING = "metadata.name=-"
"""A field selector that selects no object: names begin with a letter or a digit (RFC 1123, section 2.1)."""


class EmptyLists:
    """A middleware of kopf's session; `request_list` is called when the API server has returned a list."""

    def __init__(self, plurals: Collection[str], request_list: RequestList) -> None:
        self._plurals = plurals
        self._request_list = request_list

    async def send(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Send a request; a list of objects contains none of them."""
        plural, namespace = split_list_path(request.url.path)
        if plural not in self._plurals or "watch" in request.url.query:
            return await handler(request)
        request.url = request.url.update_query(fieldSelector=NOTHING)
        response = await handler(request)
        if response.status == HTTPStatus.OK:
            self._request_list(plural, namespace)
        return response


def split_list_path(path: str) -> tuple[str, str]:
    """Return the plural and the namespace of a list; the namespace is empty for all of them."""
    *_, scope, namespace, plural = ("", "", *path.split("/"))
    return plural, namespace if scope == "namespaces" else ""
