"""Reconciliations of password grants whose server returns refresh tokens."""

import pytest

from tests.support.builders import a_connector, a_password_spec
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import World


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
