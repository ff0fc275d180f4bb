"""The pages that authorization servers fetch: the metadata documents of a connector's client, and its public keys."""

from aiohttp import web

from oauth_connector.consent_protocol.client_documents import build_document
from oauth_connector.consent_protocol.client_keys import list_published
from oauth_connector.consent_server.server_context import ServerContext


class ClientDocument:
    """Serves documents. They are computed from the path, so that nothing is read and nothing is revealed."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context

    async def show_document(self, request: web.Request) -> web.Response:
        """Return the document of the connector in the path, whether it exists or not."""
        return self._show(request, is_signed=False)

    async def show_signed_document(self, request: web.Request) -> web.Response:
        """Return the same for a client that signs assertions."""
        return self._show(request, is_signed=True)

    def _show(self, request: web.Request, *, is_signed: bool) -> web.Response:
        key = self._context.object_key(request)
        return web.json_response(build_document(self._context.public, key.namespace, key.name, is_signed=is_signed))


class ClientKeys:
    """Serves the set of public keys (RFC 7517 §5), which is the same for all connectors."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context

    async def show_keys(self, _request: web.Request) -> web.Response:
        """Return the keys in use; none where no client signs. Raises `APIUnavailable`."""
        keys = list_published(await self._context.client_keys.read(), self._context.now().timestamp())
        return web.json_response({"keys": keys}, content_type="application/jwk-set+json")
