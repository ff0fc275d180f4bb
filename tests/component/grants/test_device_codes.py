"""The device authorization grant (RFC 8628) at a real server: a user enters a code, and the operator polls."""

import pytest
from pydantic import SecretStr

from tests.support.grant_connectors import GrantConnectorFactory
from tests.support.manual_consent import ManualConsent

WAITING = {"not_Ready": "ConsentRequired", "ConsentRequired": "ConsentRequired", "Reconciling": "ConsentRequired"}


async def test_a_code_that_a_user_enters_authorizes_a_connector(connectors: GrantConnectorFactory) -> None:
    """The operator polls until the user has decided; then the token is published, and refreshed as any other."""
    holder = await connectors.create_for_device("tv")
    await holder.wait_for_conditions(**WAITING)
    assert "redirectURI" not in await holder.status()
    consent = await ManualConsent.create(holder.namespace, "tv", "Device")
    await consent.wait_for_reason("AwaitingUser")
    await consent.enter_code(holder.server)
    await consent.wait_for_reason("Authorized")
    await holder.wait_for_conditions(Ready="TokenIssued")
    assert holder.server.is_live(SecretStr(await holder.namespace.token("tv-token") or ""))
    await holder.refresh("now")
    assert [entry.result for entry in holder.journal if entry.kind == "refresh"] == ["granted"]
    assert await holder.has_valid_token()


async def test_a_user_who_denies_access_ends_the_consent(connectors: GrantConnectorFactory) -> None:
    """The consent reports it, and the connector waits for another one."""
    holder = await connectors.create_for_device("tv")
    consent = await ManualConsent.create(holder.namespace, "tv", "Device")
    await consent.wait_for_reason("AwaitingUser")
    await consent.enter_code(holder.server, says="deny")
    await consent.wait_for_reason("AccessDenied")
    await holder.wait_for_conditions(**WAITING)


@pytest.mark.parametrize("redirect", ["Hosted", "Loopback"])
async def test_a_consent_with_a_redirect_is_not_for_a_device(connectors: GrantConnectorFactory, redirect: str) -> None:
    """An older command would wait for a redirect that never comes."""
    holder = await connectors.create_for_device("tv")
    await holder.wait_for_conditions(**WAITING)
    consent = await ManualConsent.create(holder.namespace, "tv", redirect)
    await consent.wait_for_reason("ConnectorInvalid")
