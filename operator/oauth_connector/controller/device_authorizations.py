"""Device authorizations of consents (RFC 8628): asks for the codes, and remembers when the next poll is due."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from oauth_connector.api.schema.times import from_epoch
from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest
from oauth_connector.api.v1alpha1.device_request import DeviceRequest, describe_shown
from oauth_connector.connector.consent.observed import Consent
from oauth_connector.connector.credentials import find_forbidden_host
from oauth_connector.connector.effective import build_parameters, list_authorization_scopes
from oauth_connector.connector.grant.results import RequestFailed
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.status.problem import Problem, of_signal, show_signal
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.prepared_request import PreparedRequest
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.oauth.device_authorization import (
    DEFAULT_INTERVAL,
    DeviceAuthorization,
    PollAnswer,
    build_device_request,
    next_interval,
    parse_device_response,
)
from oauth_connector.oauth.echoes import drop_echoes
from oauth_connector.oauth.signals import RequestPhase
from oauth_connector.oauth.token import HTTPResponse


@dataclass(frozen=True, slots=True)
class _Poll:
    """When a consent is polled for next, in seconds since the epoch, and the interval after that in seconds."""

    at: float
    interval: int


class DeviceAuthorizations:
    """Asks for device codes. A process that starts knows no polls: its first one is sent at once."""

    def __init__(self, context: ControllerContext, token_client: TokenClient) -> None:
        self._provider = context.ports.provider
        self._keys = context.ports.keys
        self._clock = context.ports.clock
        self._read_rules = context.read_rules
        self._token_client = token_client
        self._polls: dict[str, _Poll] = {}

    def next_poll(self, uid: str) -> float | None:
        """Return when a consent may be polled for; `None`: now."""
        known = self._polls.get(uid)
        return known.at if known is not None else None

    def note_poll(self, consent: Consent, answer: PollAnswer | None) -> None:
        """Compute the time of the next poll after an answer; `None` for a poll that failed."""
        request, known = consent.status.request, self._polls.get(consent.uid)
        offered = request.device.interval if request is not None and request.device is not None else DEFAULT_INTERVAL
        interval = known.interval if known is not None else offered
        interval = next_interval(interval, answer) if answer is not None else interval
        self._remember(consent.uid, interval)

    def _remember(self, uid: str, interval: int) -> None:
        """Remember a poll, and forget those of consents that have ended without one."""
        now = self._clock()
        self._polls = {each: poll for each, poll in self._polls.items() if poll.at > now - LIFETIME}
        self._polls[uid] = _Poll(now + interval, interval)

    async def authorize(
        self, consent: Consent, connector: Connector, request: ConsentRequest
    ) -> ConsentRequest | Problem:
        """Add the codes of a new device authorization to the request of a consent. Raises `ClusterUnavailable`."""
        prepared = await self._token_client.prepare_request(connector)
        if isinstance(prepared, RequestFailed):
            return prepared.problem
        issued = await self._request_codes(prepared, request.authorization_endpoint)
        if isinstance(issued, Problem):
            return issued
        keys = await self._keys.load()
        shown = describe_shown(issued.user_code, issued.verification_uri, issued.complete_uri)
        self._remember(consent.uid, issued.interval)
        device = DeviceRequest(
            user_code=issued.user_code,
            verification_uri=issued.verification_uri,
            complete_uri=issued.complete_uri,
            interval=issued.interval,
            expiration_time=from_epoch(int(min(self._clock() + issued.lifetime, consent.created + LIFETIME))),
            sealed_code=keys.seal_device_code(consent.uid, issued.device_code, shown),
        )
        return request.model_copy(update={"device": device})

    async def _request_codes(self, prepared: PreparedRequest, endpoint: str) -> DeviceAuthorization | Problem:
        """Send the device authorization request, as the client of the token requests (RFC 8628 §3.1)."""
        spec, host = prepared.connector.spec, urlsplit(endpoint).hostname or ""
        forbidden = find_forbidden_host(prepared.credentials, host, required=self._read_rules().require_allowed_hosts)
        if forbidden is not None:
            return forbidden
        parameters = replace(build_parameters(spec), scopes=list_authorization_scopes(spec))
        request = build_device_request(prepared.context, endpoint, prepared.client, parameters)
        response = await self._provider.send(request, prepared.context)
        if not isinstance(response, HTTPResponse):
            return of_signal(spec, RequestPhase.CODE, response)
        found = parse_device_response(response, spec.provider.quirks, prepared.context.now)
        if isinstance(found, DeviceAuthorization):
            return found
        return show_signal(of_signal(spec, RequestPhase.CODE, found), drop_echoes(found, request))
