"""Consent, revocation and refresh of grants at real servers."""

from pydantic import SecretStr

from tests.support.cluster import until
from tests.support.grant_connectors import GrantConnector, GrantConnectorFactory


async def authorize(holder: GrantConnector) -> SecretStr:
    """Authorize a connector, and return the token in its Secret."""
    await holder.authorize()
    await holder.wait_for_conditions(Ready="TokenIssued")
    return SecretStr(await holder.namespace.token(f"{holder.name}-token") or "")


async def test_one_consent_authorizes_a_connector(at_each: GrantConnectorFactory) -> None:
    """The connector requires consent; when the code of the last page is entered, the token is published."""
    holder = await at_each.create_awaiting_consent("crm")
    await holder.wait_for_conditions(
        not_Ready="ConsentRequired", ConsentRequired="ConsentRequired", Reconciling="ConsentRequired"
    )
    token = await authorize(holder)
    assert holder.server.is_live(token)
    status = await holder.status()
    assert status["consent"]["requestedBy"] == "admin"
    assert status["redirectURI"].endswith(f"/oauth/callback/{holder.namespace.name}/crm")


async def test_a_second_consent_replaces_the_first_grant(connectors: GrantConnectorFactory) -> None:
    """It is possible at any time; from then on the new grant is refreshed."""
    holder = await connectors.create_awaiting_consent("crm")
    first = await authorize(holder)
    await holder.authorize()

    async def is_another() -> bool:
        token = await holder.namespace.token("crm-token")
        return token not in (None, first.get_secret_value())

    await until(is_another)
    await holder.refresh("now")
    assert [(entry.kind, entry.result) for entry in holder.journal] == [("code", "granted")] * 2 + [
        ("refresh", "granted")
    ]
    assert holder.journal[-1].grant == holder.journal[-2].grant


async def test_a_missing_refresh_token_is_reported_at_once(connectors: GrantConnectorFactory) -> None:
    """Without `offline_access` the token is valid, and status reports that it cannot be refreshed."""
    holder = await connectors.create_awaiting_consent("crm", scopes=["read"])
    await holder.authorize()
    await holder.wait_for_conditions(Ready="TokenIssued", ConsentRequired="RefreshTokenMissing")


async def test_a_withdrawn_consent_requires_consent_and_keeps_the_token(
    connectors: GrantConnectorFactory,
) -> None:
    """A withdrawn grant is reported when the provider refuses a refresh; the token stays until it expires."""
    holder = await connectors.create_awaiting_consent("crm", lifetime=24)
    await authorize(holder)
    holder.server.withdraw(holder.server.user, holder.client)
    refused = {"ConsentRequired": "RefreshTokenRejected", "RefreshFailed": "RefreshTokenRejected"}
    await holder.wait_for_conditions(Ready="TokenIssued", **refused)
    assert await holder.namespace.token("crm-token")
    await holder.wait_for_conditions(not_Ready="RefreshTokenRejected", Stalled="RefreshTokenRejected", **refused)
    assert holder.presented == [1]
    await authorize(holder)


async def test_a_grant_is_revoked_on_request(at_each: GrantConnectorFactory) -> None:
    """The provider ends it, the Secret has no token, and consent is required; another consent authorizes it again."""
    holder = await at_each.create_awaiting_consent("crm")
    token = await authorize(holder)
    annotations = {"oauthconnector.dev/revoke-requested-at": "now"}
    await holder.namespace.edit("oauthconnectors", "crm", {"metadata": {"annotations": annotations}})
    await holder.wait_for_conditions(
        not_Ready="ConsentRequired", ConsentRequired="ConsentRequired", Reconciling="ConsentRequired"
    )
    assert (await holder.status())["lastRevocation"] == "Revoked"
    assert await holder.namespace.get("secrets", "crm-token") is None
    assert not (await holder.grant())["renewable"]
    assert not holder.server.is_live(token)
    await authorize(holder)
