"""Reconciliations of password grants whose server returns refresh tokens."""

from collections.abc import Mapping

import pytest

from oauth_connector.connector.schedule.refresh_time import MINIMUM_GAP
from oauth_connector.oauth.token import HTTPResponse
from tests.support.builders import NOW, a_connector, a_password_spec
from tests.support.fake_provider import answer
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import World

LIFETIME = 300
HOURS = 1


@pytest.fixture
def with_password() -> World:
    """Return a password connector at a server that returns refresh tokens too."""
    world = World(RotatingProvider())
    world.cluster.add(a_connector(a_password_spec()))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_credential("shop", "ann", password=b"hunter2")
    return world


async def test_a_password_is_sent_once_and_refreshed_from_then_on(with_password: World) -> None:
    """The password is sent for the first token; after that refresh tokens are sent (RFC 6749 §4.3.1)."""
    await with_password.run(3 * 3600)
    grants = [form["grant_type"][0] for form in with_password.rotating.requests]
    assert grants[0] == "password"
    assert set(grants[1:]) == {"refresh_token"}


async def test_a_rejected_refresh_token_of_a_password_grant_is_replaced_once(with_password: World) -> None:
    """The password exists, so no user is needed."""
    await with_password.run()
    with_password.rotating.revoke()
    await with_password.run(3600)
    grants = [form["grant_type"][0] for form in with_password.rotating.requests]
    assert grants[:3] == ["password", "refresh_token", "password"]
    assert with_password.reason() == "TokenIssued"


async def test_changed_scopes_of_a_password_grant_request_another_token(with_password: World) -> None:
    """No user is needed for other scopes."""
    await with_password.run()
    with_password.now += 20
    with_password.edit(a_password_spec(scopes=["more"]))
    await with_password.run(1)
    assert [form["grant_type"][0] for form in with_password.rotating.requests] == ["password", "password"]


class Sessions(RotatingProvider):
    """A server with sessions, as Keycloak: no token is valid after its session; `refresh_expires_in` states its end.

    `longest` is the number of seconds from the password to the end of its session, `idle` that without a refresh.
    """

    def __init__(self, longest: int, idle: int) -> None:
        super().__init__()
        self.world: World | None = None
        self.longest, self.idle = longest, idle
        self.began, self.ends = 0.0, 0.0
        self.expires: list[float] = []

    def _done(self, form: Mapping[str, list[str]]) -> HTTPResponse:
        assert self.world is not None
        now = self.world.now
        if form["grant_type"] == ["password"]:
            self.began = now
        elif now >= self.ends:
            return answer(400, error="invalid_grant", error_description="Token is not active")
        self.ends = min(self.began + self.longest, now + self.idle)
        rest = int(self.ends - now)
        self.lifetime = min(LIFETIME, rest)
        self.extra = {"refresh_expires_in": rest}
        self.expires.append(now + self.lifetime)
        return super()._done(form)


@pytest.mark.parametrize(
    ("longest", "idle"),
    [(3600, 1800), (3600, 3600), (36_000, 200), (310, 310), (301, 1800), (299, 299), (600, 600), (120, 120)],
    ids=lambda seconds: f"{seconds}s",
)
async def test_the_password_is_sent_before_its_session_ends(longest: int, idle: int) -> None:
    """The end is known from `refresh_expires_in`: there is always a valid token, and no refresh token is refused."""
    provider = Sessions(longest, idle)
    world = provider.world = World(provider)
    world.cluster.add(a_connector(a_password_spec()))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_credential("shop", "ann", password=b"hunter2")
    await world.run()
    while world.now < NOW + HOURS * 3600:
        await world.run(2)
        assert world.now < min(provider.expires[-1], provider.ends), "no token is valid"
        assert world.reason("RefreshFailed") is None
    grants = [form["grant_type"][0] for form in provider.requests]
    assert grants.count("password") <= 3 * HOURS * 3600 / min(longest, idle) + 1
    assert ("refresh_token" in grants) is (min(longest, idle) > LIFETIME + MINIMUM_GAP)


async def test_the_password_is_sent_where_the_session_has_ended_meanwhile(with_password: World) -> None:
    """The operator did not run when the session ended: the refresh token is known to be invalid."""
    with_password.rotating.extra = {"refresh_expires_in": 7200}
    await with_password.run()
    with_password.now += 8000
    await with_password.run(1)
    assert [form["grant_type"][0] for form in with_password.rotating.requests] == ["password", "password"]
    assert with_password.reason() == "TokenIssued"
