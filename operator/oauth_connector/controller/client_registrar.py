"""Registers the clients of connectors that name none, once for each issuer.

A registration is persisted in the state Secret before a consent uses it. While that cannot be written, it stays in
memory, so that no other one is requested.
"""

from dataclasses import replace
from functools import partial

import structlog

from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.origins import origin
from oauth_connector.api.schema.urls import is_url
from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.api.v1alpha1.registration import RegistrationMethod
from oauth_connector.connector.consent.request import ConsentPolicy
from oauth_connector.connector.grant.server import GrantServer, find_registered
from oauth_connector.connector.grant.state import GrantState, state_name
from oauth_connector.connector.observation import Connector, Key
from oauth_connector.connector.registration import (
    build_document_client,
    choose_registration,
    describe_client,
    describe_shown_client,
    is_wanted,
)
from oauth_connector.connector.status.problem import Problem, of_signal
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.pauses import Pauses, compute_pause
from oauth_connector.controller.registration_deletions import RegistrationDeletions
from oauth_connector.controller.server_finder import ServerFinder
from oauth_connector.controller.state_secrets import StateSecrets, StoredState
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.registration import (
    RegisteredClient,
    build_registration_request,
    parse_registration,
)
from oauth_connector.oauth.request_context import read_host
from oauth_connector.oauth.signals import RequestPhase, Signal
from oauth_connector.oauth.token import HTTPResponse

log = structlog.get_logger(__name__)


class ClientRegistrar:
    """Finds or registers the client of one connector at a time."""

    def __init__(self, context: ControllerContext, servers: ServerFinder, policy: ConsentPolicy) -> None:
        self._provider = context.ports.provider
        self._clock = context.ports.clock
        self._keys = context.ports.keys
        self._states = StateSecrets(context)
        self._servers = servers
        self._policy = policy
        self._unwritten: dict[Key, RegisteredClient] = {}
        self._pauses: Pauses[Key] = Pauses()
        self.deletions = RegistrationDeletions(context, servers)

    async def find_client(
        self, connector: Connector, found: ServerMetadata, *, may_register: bool
    ) -> RegisteredClient | Problem:
        """Return the client at a server, or why there is none yet. Raises `ClusterUnavailable`."""
        redirect = self._policy.redirect_of(connector)
        stored = await self._states.read(connector)
        if redirect is None or isinstance(stored, Problem):
            return stored if isinstance(stored, Problem) else Problem(Reason.REDIRECT_URI_INVALID, Remedy.FIX_SPEC)
        if (known := self._find_known(connector, found, redirect, stored.state)) is not None:
            await self.deletions.remember(connector, stored.state)
            return known
        method = choose_registration(connector, found, self._policy)
        if isinstance(method, Problem):
            return method
        if method is RegistrationMethod.METADATA_DOCUMENT:
            return await self._publish(build_document_client(connector, found, self._policy.public_url or ""))
        if not may_register or self._pauses.find_end(connector.key, self._clock()) is not None:
            return Problem(Reason.REGISTRATION_REJECTED, Remedy.RETRY)
        return await self._register(connector, found, redirect, stored)

    async def find_server(self, connector: Connector, request: ConsentRequest) -> GrantServer:
        """Return the server of a consent, with the registered client that it shows. Raises `ClusterUnavailable`."""
        spec, issuer = connector.spec, request.issuer
        if spec.provider.resource is None or issuer is None:
            return GrantServer()
        if not spec.needs_registration:
            return GrantServer(issuer=issuer)
        stored = await self._states.read(connector)
        clients = (stored.state.next_client, stored.state.client) if isinstance(stored, StoredState) else ()
        shown = describe_shown_client(connector.key, issuer, request.client_id, request.redirect_uri)
        return GrantServer(issuer=issuer, client=find_registered(clients, shown))

    async def _publish(self, client: RegisteredClient) -> RegisteredClient:
        """Return a client whose key a server finds, if it needs one: the server looks for it after the consent."""
        if client.is_signed:
            await self._keys.load_client_key()
        return client

    def _find_known(
        self, connector: Connector, found: ServerMetadata, redirect: str, state: GrantState
    ) -> RegisteredClient | None:
        """Return the client that was registered before, if it can still be used."""
        known = (each for each in (state.client, state.next_client) if each is not None)
        usable = (each for each in known if each.is_usable(found.issuer, redirect, self._clock()))
        return next((each for each in usable if is_wanted(each, connector, self._policy)), None)

    async def _register(
        self, connector: Connector, found: ServerMetadata, redirect: str, stored: StoredState
    ) -> RegisteredClient | Problem:
        """Register a client, unless one waits to be persisted, and persist it."""
        client = self._unwritten.get(connector.key)
        if client is None or not client.is_usable(found.issuer, redirect, self._clock()):
            registered = await self._request(connector, found, redirect)
            if not isinstance(registered, RegisteredClient):
                return registered
            client = self._unwritten[connector.key] = registered
        state = replace(stored.state, next_client=client)
        written = await self._states.write(connector, state, stored.live)
        if not isinstance(written, StoredState):
            cause = written.cause if written is not None else "another client has changed it"
            facts = {"secret": state_name(connector.key.name), "cause": cause}
            return Problem(Reason.SECRET_WRITE_REJECTED, Remedy.RETRY, facts)
        del self._unwritten[connector.key]
        await self.deletions.remember(connector, state)
        log.info("client registered", connector=str(connector.key), host=read_host(found.registration_endpoint or ""))
        return client

    async def _request(self, connector: Connector, found: ServerMetadata, redirect: str) -> RegisteredClient | Problem:
        context = await self._servers.read_context(connector)
        if isinstance(context, Problem):
            return context
        endpoint, metadata = found.registration_endpoint or "", describe_client(connector, found, redirect)
        response = await self._provider.send(build_registration_request(endpoint, metadata), context)
        result = (
            parse_registration(response, found.issuer, metadata, partial(_is_at_server, endpoint), self._clock())
            if isinstance(response, HTTPResponse)
            else response
        )
        if not isinstance(result, Signal):
            return result
        problem, now = of_signal(connector.spec, RequestPhase.REGISTRATION, result), self._clock()
        self._pauses.extend(connector.key, now + compute_pause(problem), now)
        facts = {**problem.facts, "host": read_host(endpoint), "status": str(result.http_status or "")}
        return replace(problem, facts=facts)

    async def delete_registrations(self, key: Key) -> None:
        """Delete the registrations of a connector that does not exist any more, if possible."""
        self._unwritten.pop(key, None)
        await self.deletions.delete_all(key)


def _is_at_server(endpoint: str, url: str) -> bool:
    """Return whether a URL is at the server of an endpoint: a response must not choose what is requested elsewhere."""
    return is_url(url) and origin(url) == origin(endpoint)
