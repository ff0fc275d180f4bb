"""HTTP sessions with the API server, for the client of this project and for kopf: TLS, and the tokens of requests."""

import asyncio

import aiohttp
import structlog
from aiohttp import ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse

from oauth_connector.api.names import OPERATOR
from oauth_connector.kube.access import Access
from oauth_connector.kube.errors import UNAUTHORIZED, AccessError, KubeError
from oauth_connector.kube.identity import Identity

SERVER_ERROR = 500

TURN_INTERVAL = 1.0
"""Seconds between two attempts of a request that waits for its turn, or for a newer token."""

log = structlog.get_logger(__name__)


def open_session(access: Access, *middlewares: ClientMiddlewareType) -> aiohttp.ClientSession:
    """Open a session without a limit of connections, the first of the middlewares outermost.

    Raises `AccessError` for bad certificates.

    aiohttp gives a connection that becomes free to the next caller, and not to the one that has waited longest.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30, ssl=access.ssl_context()),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": OPERATOR},
        middlewares=middlewares,
    )


class Authenticator:
    """Adds the token to requests. Its two middlewares differ in what they do while the token is rejected."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    async def send_or_fail(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Send a request, a second time if there is a newer token after a 401. Raises `KubeError` if none may be sent.

        Nothing happened at a 401, so that writes are repeated too.
        """
        token = self._take_token()
        response = await self._send(token, request, handler)
        if response.status == UNAUTHORIZED and await self._has_other(token):
            response.release()
            response = await self._send(self._take_token(), request, handler)
        return response

    async def send_or_wait(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Send a request until the response is no 401. It ends with the time limit of the request at the latest."""
        while True:
            try:
                token = self._take_token()
            except KubeError:
                await asyncio.sleep(TURN_INTERVAL)
                continue
            response = await self._send(token, request, handler)
            if response.status != UNAUTHORIZED:
                return response
            response.release()
            await self._has_other(token)

    def _take_token(self) -> str:
        try:
            return self._identity.take_token()
        except AccessError as error:
            log.warning("no token for the Kubernetes API", cause=str(error))
            raise KubeError(UNAUTHORIZED, "NoToken") from None

    async def _send(self, token: str, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        response = await handler(request)
        if response.status == UNAUTHORIZED:
            self._identity.reject(token)
        elif response.status < SERVER_ERROR:
            self._identity.accept()
        return response

    async def _has_other(self, token: str) -> bool:
        """Look for another token, in a thread because a program may run, and return whether there is one."""
        try:
            await asyncio.to_thread(self._identity.renew, token)
            return self._identity.has_other(token)
        except AccessError as error:
            log.warning("no new token for the Kubernetes API", cause=str(error))
            return False
