"""Registers the clients of connectors that name none, once for each issuer, and deletes them with the connector.

A registration is persisted in the state Secret before a consent uses it. While that cannot be written, it stays in
memory, so that no other one is requested.
"""

from dataclasses import dataclass, replace
from functools import partial

import structlog

from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.origins import origin
from oauth_connector.api.schema.urls import is_url
from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.api.v1alpha1.registration import RegistrationMethod
from oauth_connector.connector.consent.request import ConsentPolicy
from oauth_connector.connector.grant.server import GrantServer, find_registered
from oauth_connector.connector.grant.state import GrantState, read_state, state_name
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
from oauth_connector.controller.output_secrets import load_signer
from oauth_connector.controller.pauses import Pauses
from oauth_connector.controller.ports import ClusterUnavailable
from oauth_connector.controller.server_finder import ServerFinder
from oauth_connector.controller.state_secrets import StateSecrets, StoredState
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.registration import (
    RegisteredClient,
    build_deletion_request,
    build_registration_request,
    parse_registration,
)
from oauth_connector.oauth.request_context import RequestContext, read_host
from oauth_connector.oauth.signals import RequestPhase, Signal
from oauth_connector.oauth.token import HTTPResponse

FAILED_PAUSE = 30.0
"""Seconds without another registration for a connector after one that failed."""

LONGEST_TRUST = 16 * 1024
"""Characters of a CA bundle that is kept for the deletion; a ConfigMap may have a megabyte, for each connector."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Deletable:
    """What deletes the registrations of a connector, once that is deleted."""

    clients: tuple[RegisteredClient, ...]
    context: RequestContext


class ClientRegistrar:
    """Finds or registers the client of one connector at a time."""

    def __init__(self, context: ControllerContext, servers: ServerFinder, policy: ConsentPolicy) -> None:
        self._provider = context.ports.provider
        self._cluster = context.ports.cluster
        self._clock = context.ports.clock
        self._keys = context.ports.keys
        self._states = StateSecrets(context)
        self._servers = servers
        self._policy = policy
        self._unwritten: dict[Key, RegisteredClient] = {}
        self._pauses: Pauses[Key] = Pauses()
        self._deletable: dict[Key, _Deletable] = {}

    async def find_client(
        self, connector: Connector, found: ServerMetadata, *, may_register: bool
    ) -> RegisteredClient | Problem:
        """Return the client at a server, or why there is none yet. Raises `ClusterUnavailable`."""
        redirect = self._policy.redirect_of(connector)
        stored = await self._states.read(connector)
        if redirect is None or isinstance(stored, Problem):
            return stored if isinstance(stored, Problem) else Problem(Reason.REDIRECT_URI_INVALID, Remedy.FIX_SPEC)
        if (known := self._find_known(connector, found, redirect, stored.state)) is not None:
            await self._remember(connector, stored.state)
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
        await self._remember(connector, state)
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
        now = self._clock()
        self._pauses.extend(connector.key, now + max(FAILED_PAUSE, result.retry_after or 0.0), now)
        problem = of_signal(connector.spec, RequestPhase.REGISTRATION, result)
        facts = {**problem.facts, "host": read_host(endpoint), "status": str(result.http_status or "")}
        return replace(problem, facts=facts)

    # --- the end of a connector ---------------------------------------------------------------------------------
    async def _remember(self, connector: Connector, state: GrantState) -> None:
        """Remember what deletes the registrations; a retained state Secret keeps them."""
        clients = _list_deletable(state)
        context = await self._servers.read_context(connector) if clients else None
        if isinstance(context, RequestContext) and not connector.spec.is_secret_retained and _is_small(context):
            self._deletable[connector.key] = _Deletable(clients, context)
        else:
            self._deletable.pop(connector.key, None)

    async def delete_registrations(self, key: Key) -> None:
        """Delete the registrations of a connector that does not exist any more (RFC 7592 §2.3), once, if possible.

        A live read shows whether the connector exists, and another install is responsible for it.
        """
        self._unwritten.pop(key, None)
        known = self._deletable.pop(key, None)
        try:
            known = known or await self._read_deletable(key)
            if known is None or await self._cluster.read_any_connector(key) is not None:
                return
        except ClusterUnavailable:
            return
        for client in known.clients:
            request = build_deletion_request(client)
            response = await self._provider.send(request, known.context) if request is not None else None
            status = response.status if isinstance(response, HTTPResponse) else None
            log.info("registration deleted", connector=str(key), status=status)

    async def _read_deletable(self, key: Key) -> _Deletable | None:
        """Read what this process does not remember: the state Secret exists until the garbage collector deletes it.

        The hosts that the spec named are not known any more, so that each one must be public.
        """
        name = state_name(key.name)
        cached = self._cluster.output(key.namespace, name)
        live = await self._cluster.read_secret(key.namespace, name) if cached is not None else None
        if live is None or live.metadata.owner_uid is None:
            return None  # without an owner it is retained, and so are its registrations
        is_own = (await load_signer(self._keys)).has_signed(live.metadata, live.data)
        state = read_state(live.data) if is_own else None
        clients = _list_deletable(state) if state is not None else ()
        return _Deletable(clients, RequestContext(self._clock(), named_hosts=frozenset()))


def _list_deletable(state: GrantState) -> tuple[RegisteredClient, ...]:
    """List the registrations that can be deleted, without the secrets that this does not need."""
    known = (each for each in (state.client, state.next_client) if each is not None)
    return tuple(replace(each, secret=None) for each in known if each.management_url is not None)


def _is_small(context: RequestContext) -> bool:
    return len(context.tls.extra_trust or "") <= LONGEST_TRUST


def _is_at_server(endpoint: str, url: str) -> bool:
    """Return whether a URL is at the server of an endpoint: a response must not choose what is requested elsewhere."""
    return is_url(url) and origin(url) == origin(endpoint)
