"""An authorization server in memory for device codes (RFC 8628): a test decides in the user's place."""

from collections.abc import Callable
from urllib.parse import parse_qs

from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from tests.support.builders import a_connector, a_spec
from tests.support.fake_provider import answer
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import World

DEVICE_URL = "https://login.example.com/device"
PENDING = answer(400, error="authorization_pending")


class DeviceProvider(RotatingProvider):
    """Issues a device code for each request, and answers polls with `decision` until the user has allowed access.

    `offer` is merged into the device authorization response; `device_answer` replaces it. Where `known_secret` is set,
    a client with another one is refused when it requests codes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.decision: HTTPResponse | Signal | None = PENDING
        self.offer: dict[str, object] = {}
        self.device_answer: HTTPResponse | Signal | None = None
        self.known_secret: str | None = None
        self.polls: list[str] = []
        self.on_poll: Callable[[], None] = lambda: None
        self.authorizations: list[dict[str, list[str]]] = []

    async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
        """Respond to a device authorization request, a poll, or another token request."""
        form = parse_qs(request.body.decode())
        if request.url == DEVICE_URL:
            self.authorizations.append(form)
            if self.known_secret is not None and form.get("client_secret") != [self.known_secret]:
                return answer(401, error="invalid_client")
            return self.device_answer or answer(**{**self._issue_codes(), **self.offer})
        if "device_code" in form:
            self.polls.append(form["device_code"][0])
            self.on_poll()
            if self.decision is not None:
                return self.decision
            return self._issue()
        return await super().send(request, context)

    def _issue_codes(self) -> dict[str, object]:
        number = len(self.authorizations)
        return {
            "device_code": f"device-{number}",
            "user_code": f"WDJB-MJH{number}",
            "verification_uri": "https://login.example.com/activate",
            "verification_uri_complete": f"https://login.example.com/activate?user_code=WDJB-MJH{number}",
            "expires_in": 600,
            "interval": 5,
        }


SPEC = a_spec(
    grantType="DeviceCode",
    provider={"deviceAuthorizationURL": DEVICE_URL, "tokenURL": "https://login.example.com/token"},
    scopes=["read", "offline_access"],
)


def new_device_world(provider: DeviceProvider) -> World:
    """Make an operator with a connector that waits for a user."""
    made = World(provider)
    made.cluster.add(a_connector(SPEC))
    made.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    return made
