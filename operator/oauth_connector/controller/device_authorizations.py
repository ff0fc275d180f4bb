"""Device authorizations of consents (RFC 8628): asks for the codes, and remembers when the next poll is due."""

from dataclasses import dataclass, replace
from functools import partial

from oauth_connector.api.schema.times import from_epoch
from oauth_connector.api.schema.urls import is_url
from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest
from oauth_connector.api.v1alpha1.device_request import DeviceRequest, describe_shown
from oauth_connector.connector.allowed_hosts import find_forbidden_url
from oauth_connector.connector.consent.observed import Consent
from oauth_connector.connector.effective import build_parameters, list_authorization_scopes
from oauth_connector.connector.grant.results import RequestFailed
from oauth_connector.connector.grant.server import GrantServer
from oauth_connector.connector.observation import Connector, Key
from oauth_connector.connector.schedule.refresh_time import MINIMUM_GAP
from oauth_connector.connector.status.problem import Problem, of_signal, show_signal
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.pauses import Pauses
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
from oauth_connector.oauth.signals import RequestPhase, Signal

FAILED_PAUSE = 30.0
"""Seconds without another device authorization request for a connector after one that failed."""


@dataclass(frozen=True, slots=True)
class _Poll:
    """When a consent of a connector is polled for next (seconds since the epoch), and the interval in seconds."""

    connector: Key
    at: float
    interval: int


class DeviceAuthorizations:
    """Asks for device codes. A process that starts knows no polls: its first one is sent at once."""

    def __init__(self, context: ControllerContext, token_client: TokenClient) -> None:
        self._keys = context.ports.keys
        self._clock = context.ports.clock
        self._read_rules = context.read_rules
        self._token_client = token_client
        self._polls: dict[str, _Poll] = {}
        self._issued: dict[str, ConsentRequest] = {}
        self._pauses: Pauses[Key] = Pauses()

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
        self._remember(consent, interval)

    def _remember(self, consent: Consent, interval: int) -> None:
        """Remember a poll, and forget what belongs to consents that have ended without one.

        The other consents of the connector wait, too: between two polls a refresh that is due has its turn.
        """
        now, connector = self._clock(), consent.connector
        kept = {each: poll for each, poll in self._polls.items() if poll.at > now - LIFETIME}
        self._polls = {
            each: replace(poll, at=max(poll.at, now + 1)) if poll.connector == connector else poll
            for each, poll in kept.items()
        }
        self._polls[consent.uid] = _Poll(connector, now + interval, interval)
        self._issued = {each: held for each, held in self._issued.items() if each in self._polls}

    def find_reopening(self, consent: Consent) -> float | None:
        """Return until when no codes are requested for a connector, whose consents could be without an end."""
        return self._pauses.find_end(consent.connector, self._clock()) if consent.uid not in self._issued else None

    async def authorize(
        self, consent: Consent, connector: Connector, request: ConsentRequest
    ) -> ConsentRequest | Problem:
        """Add the codes of a new device authorization to the request of a consent. Raises `ClusterUnavailable`."""
        held = self._issued.get(consent.uid)
        if held is not None and held.digest == request.digest:
            return held  # it was issued, and could not be written
        prepared = await self._token_client.prepare_request(connector, GrantServer(issuer=request.issuer))
        if isinstance(prepared, RequestFailed):
            return prepared.problem
        issued = await self._request_codes(prepared, request.authorization_endpoint)
        self._close(consent.connector, issued)
        if isinstance(issued, Problem):
            return issued
        keys = await self._keys.load()
        shown = describe_shown(issued.user_code, issued.verification_uri, issued.complete_uri)
        self._remember(consent, issued.interval)
        device = DeviceRequest(
            user_code=issued.user_code,
            verification_uri=issued.verification_uri,
            complete_uri=issued.complete_uri,
            interval=issued.interval,
            expiration_time=from_epoch(int(min(self._clock() + issued.lifetime, consent.created + LIFETIME))),
            sealed_code=keys.seal_device_code(consent.uid, issued.device_code, shown),
        )
        self._issued[consent.uid] = filled = request.model_copy(update={"device": device})
        return filled

    def _close(self, connector: Key, issued: DeviceAuthorization | Problem) -> None:
        """Request no further codes for a connector for a while: as long as its provider demands, if it does."""
        pause = MINIMUM_GAP if isinstance(issued, DeviceAuthorization) else FAILED_PAUSE
        signal = issued.signal if isinstance(issued, Problem) else None
        demanded = (signal.retry_after if signal is not None else None) or 0.0
        now = self._clock()
        self._pauses.extend(connector, now + max(pause, demanded), now)

    async def _request_codes(self, prepared: PreparedRequest, endpoint: str) -> DeviceAuthorization | Problem:
        """Send the device authorization request, as the client of the token requests (RFC 8628 §3.1)."""
        spec, required = prepared.connector.spec, self._read_rules().require_allowed_hosts
        forbidden = find_forbidden_url(prepared.credentials, (endpoint,), required=required)
        if forbidden is not None:
            return forbidden
        scopes = list_authorization_scopes(spec, prepared.server)
        parameters = replace(build_parameters(spec, prepared.server), scopes=scopes)
        build = partial(build_device_request, endpoint=endpoint, parameters=parameters)
        sent = await self._token_client.send_as_client(prepared, build)
        if isinstance(sent.response, Signal):
            return of_signal(spec, RequestPhase.CODE, sent.response)
        found = parse_device_response(sent.response, endpoint, is_url, spec.provider.quirks, prepared.context.now)
        if isinstance(found, DeviceAuthorization):
            return found
        return show_signal(of_signal(spec, RequestPhase.CODE, found), drop_echoes(found, sent.request))
