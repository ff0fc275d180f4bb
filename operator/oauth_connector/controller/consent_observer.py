"""Reads what an evaluation of an OAuthConsent depends on."""

from dataclasses import replace

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.consent_request import LIFETIME
from oauth_connector.connector.consent.endpoints import Endpoints, find_endpoints
from oauth_connector.connector.consent.evaluation import CONFIRMATION_TIME, find_obstacle
from oauth_connector.connector.consent.observed import Consent, ConsentContext
from oauth_connector.connector.consent.request import ConsentPolicy, build_consent_request
from oauth_connector.connector.grant.claims import find_holder
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.refresh_url import check_refresh_url
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.client_registrar import ClientRegistrar
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.device_authorizations import DeviceAuthorizations
from oauth_connector.controller.state_secrets import StateSecrets
from oauth_connector.controller.token_client import TokenClient


class ConsentObserver:
    """Reads the connector, its grant, the request as it would be written now, and when a poll is due."""

    def __init__(
        self,
        context: ControllerContext,
        token_client: TokenClient,
        consent_policy: ConsentPolicy,
        devices: DeviceAuthorizations,
        registrar: ClientRegistrar,
    ) -> None:
        self._cluster = context.ports.cluster
        self._keys = context.ports.keys
        self._clock = context.ports.clock
        self._memory = context.memory
        self._leadership = context.ports.leadership
        self._states = StateSecrets(context)
        self._token_client = token_client
        self._consent_policy = consent_policy
        self._devices = devices
        self._registrar = registrar

    async def read(self, consent: Consent) -> ConsentContext | None:
        """Read the context for an evaluation; return nothing if discovery fails."""
        key = consent.connector
        connector = self._cluster.connector(key)
        notes, now = await self._states.find_notes(key, connector, consent.uid), self._clock()
        holder = find_holder(notes, now)
        is_abandoned = holder != "" and await self._leadership.may_take_up(holder)
        own = self._memory.of(key).attempt
        poll = self._devices.next_poll(consent.uid)
        context = ConsentContext(connector, now, None, notes, own, None, is_abandoned, poll)
        with_request = replace(context, request=consent.status.request)
        if not isinstance(connector, Connector) or find_obstacle(consent, with_request):
            return context
        if context.now >= consent.created + LIFETIME + CONFIRMATION_TIME:
            return with_request  # it has expired, so no discovery is needed
        endpoints = await self._find_endpoints(connector, is_new=consent.status.request is None)
        if isinstance(endpoints, Problem):
            is_final = consent.status.request is None and _is_final(endpoints)
            return replace(context, problem=endpoints) if is_final else None
        if (refused := check_refresh_url(connector.spec.provider, endpoints.token)) is not None:
            return replace(context, problem=refused)  # no token request will be sent
        return replace(
            context,
            request=build_consent_request(consent, connector, endpoints, self._consent_policy, await self._keys.load()),
        )

    async def _find_endpoints(self, connector: Connector, *, is_new: bool) -> Endpoints | Problem:
        """Discover the endpoints, and the client where the spec names none; a new consent may have one registered."""
        found = await self._token_client.discover(connector)
        if isinstance(found, Problem):
            return found
        endpoints = find_endpoints(connector.spec, found)
        if isinstance(endpoints, Problem) or found is None or not connector.spec.needs_registration:
            return endpoints
        client = await self._registrar.find_client(connector, found, may_register=is_new)
        return client if isinstance(client, Problem) else replace(endpoints, client_id=client.id)


def _is_final(problem: Problem) -> bool:
    """Return whether a problem ends a consent: its requester must not wait for a request that cannot be made."""
    return problem.needs_action or problem.reason is Reason.RESOURCE_DISCOVERY_FAILED
