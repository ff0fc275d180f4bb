"""Refresh tokens at real servers."""

import asyncio

from pydantic import SecretStr

from devtools.authorization_servers.registrations import TokenPolicy
from tests.support.cluster import until
from tests.support.grant_connectors import GrantConnector, GrantConnectorFactory


async def observe_rotation(holder: GrantConnector, times: int = 4) -> None:
    """Observe this number of tokens in the output, each valid when it is read."""
    seen: set[str] = set()

    async def enough() -> bool:
        token = await holder.namespace.token(f"{holder.name}-token")
        if token is not None and token not in seen:
            assert holder.server.is_live(SecretStr(token)), holder.name
            seen.add(token)
        return len(seen) >= times

    await until(enough, within=120)
    assert await holder.conditions() == {"Ready": "TokenIssued", "RefreshLate": "RefreshLate"}  # 16 s are short


async def test_tokens_rotate_many_times_in_a_row(
    connectors: GrantConnectorFactory, at_canaille: GrantConnectorFactory
) -> None:
    """Initial refresh token, password and consent, at both servers: the Secret has a valid token at every moment."""
    made: list[GrantConnector] = []
    for where, place in (("oidc", connectors), ("canaille", at_canaille)):
        made += await asyncio.gather(
            place.create_with_refresh_token(f"seed-{where}", lifetime=16),
            place.create_with_password(f"password-{where}", lifetime=16),
            place.create_awaiting_consent(f"consent-{where}", lifetime=16),
        )
    await asyncio.gather(*(holder.authorize() for holder in made if holder.name.startswith("consent")))
    await asyncio.gather(*(observe_rotation(holder) for holder in made))
    for holder in made[:3]:
        assert len(holder.presented) == len(set(holder.presented)) >= 3, holder.name
        holder.assert_no_stale_use()


async def test_the_output_has_no_refresh_token(at_each: GrantConnectorFactory) -> None:
    """The output has the access token; only the state Secret has the refresh token."""
    holder = await at_each.create_with_refresh_token("crm")
    await holder.wait_for_conditions(Ready="TokenIssued")
    kept = await holder.namespace.values("crm-oauth-state") or {}
    shown = await holder.namespace.values("crm-token") or {}
    assert await holder.has_valid_token()
    assert not any(kept["refresh_token"] in value for value in shown.values())
    state = await holder.namespace.get("secrets", "crm-oauth-state") or {}
    assert state["type"] == "oauthconnector.dev/state"
    connector = await holder.namespace.get("oauthconnectors", "crm")
    assert kept["refresh_token"] not in str(connector)


async def test_a_deleted_output_is_written_again_without_a_token_request(connectors: GrantConnectorFactory) -> None:
    """The token is in the state Secret."""
    holder = await connectors.create_with_refresh_token("crm")
    await holder.wait_for_conditions(Ready="TokenIssued")
    before = await holder.namespace.token("crm-token")
    await holder.namespace.delete("secrets", "crm-token")
    await until(lambda: holder.namespace.token("crm-token"))
    assert await holder.namespace.token("crm-token") == before
    assert holder.presented == [1]


async def test_status_has_the_expiry_of_a_refresh_token(connectors: GrantConnectorFactory) -> None:
    """It is in status if the provider sends it."""
    sent = await connectors.create_with_refresh_token(
        "sent", TokenPolicy(refresh_lifetime=4000, sends_refresh_lifetime=True)
    )
    silent = await connectors.create_with_refresh_token("silent")
    await sent.wait_for_conditions(Ready="TokenIssued")
    await silent.wait_for_conditions(Ready="TokenIssued")
    assert "refreshTokenExpirationTime" in await sent.status()
    assert "refreshTokenExpirationTime" not in await silent.status()


async def test_a_state_secret_cannot_be_used_as_credentials(connectors: GrantConnectorFactory) -> None:
    """A user who may write connectors cannot send the grant of another connector to a server of their choice."""
    holder = await connectors.create_with_refresh_token("crm")
    await holder.wait_for_conditions(Ready="TokenIssued")
    thief = {
        "grantType": "ClientCredentials",
        "provider": {"tokenURL": connectors.server.token_url},
        "client": {"id": "thief", "secretRef": {"name": "crm-oauth-state", "key": "refresh_token"}},
    }
    await holder.namespace.add_connector("thief", thief)
    await holder.namespace.wait_for_conditions("thief", not_Ready="CredentialsInvalid", Stalled="CredentialsInvalid")


async def test_the_grant_of_a_deleted_connector_is_deleted(connectors: GrantConnectorFactory) -> None:
    """The state Secret is collected with the connector, as the output is."""
    holder = await connectors.create_with_refresh_token("crm")
    await holder.wait_for_conditions(Ready="TokenIssued")
    await holder.namespace.delete("oauthconnectors", "crm")

    async def is_gone() -> bool:
        names = {secret["metadata"]["name"] for secret in await holder.namespace.items("secrets")}
        return not names & {"crm-oauth-state", "crm-token"}

    await until(is_gone, within=45)
