"""Device authorizations of consents (RFC 8628): asks for the codes, and remembers when the next poll is due."""

from dataclasses import dataclass, replace
from functools import partial

from oauth_connector.api.schema.times import from_epoch
from oauth_connector.api.schema.urls import is_url
from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest
from oauth_connector.api.v1alpha1.device_request import DeviceRequest, describe_shown
from oauth_connector.connector.consent.observed import Consent
from oauth_connector.connector.effective import build_parameters, list_authorization_scopes
from oauth_connector.connector.grant.results import RequestFailed
from oauth_connector.connector.grant.server import GrantServer
from oauth_connector.connector.observation import Connector, Key
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.pauses import Pauses, compute_pause
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
        now = self._clock()
        self._pauses.extend(consent.connector, now + compute_pause(issued), now)
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

    async def _request_codes(self, prepared: PreparedRequest, endpoint: str) -> DeviceAuthorization | Problem:
        """Send the device authorization request, as the client of the token requests (RFC 8628 §3.1)."""
        spec = prepared.connector.spec
        scopes = list_authorization_scopes(spec, prepared.server)
        parameters = replace(build_parameters(spec, prepared.server), scopes=scopes)
        build = partial(build_device_request, endpoint=endpoint, parameters=parameters)
        quirks, now = spec.provider.quirks, prepared.context.now
        parse = partial(parse_device_response, endpoint=endpoint, is_url=is_url, quirks=quirks, now=now)
        return await self._token_client.begin_consent(prepared, endpoint, build, parse)
