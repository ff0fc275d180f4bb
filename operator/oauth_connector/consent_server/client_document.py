"""The page that authorization servers fetch: the metadata document of a connector's client."""

from aiohttp import web

from oauth_connector.consent_protocol.client_documents import build_document
from oauth_connector.consent_server.server_context import ServerContext


class ClientDocument:
    """Serves documents. They are computed from the path, so that nothing is read and nothing is revealed."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context

    async def show_document(self, request: web.Request) -> web.Response:
        """Return the document of the connector in the path, whether it exists or not."""
        key = self._context.object_key(request)
        return web.json_response(build_document(self._context.public, key.namespace, key.name))
