"""From a person's yes to a token, and what ends a grant, at real servers."""

from pydantic import SecretStr

from tests.support.cluster import until
from tests.support.grant_connectors import GrantConnector, GrantConnectorFactory


async def connected(holder: GrantConnector) -> SecretStr:
    """Let a person consent, and give the token that pods read then."""
    await holder.consents()
    await holder.shows(Ready="TokenIssued")
    return SecretStr(await holder.namespace.token(f"{holder.name}-token") or "")


async def test_a_person_says_yes_once(at_each: GrantConnectorFactory) -> None:
    """The connector asks for a person; once the code of the last page is typed, the token is there."""
    holder = await at_each.waiting("crm")
    await holder.shows(not_Ready="ConsentRequired", ConsentRequired="ConsentRequired", Reconciling="ConsentRequired")
    token = await connected(holder)
    assert holder.server.is_live(token)
    status = await holder.status()
    assert status["consent"]["requestedBy"] == "admin"
    assert status["redirectURI"].endswith(f"/oauth/callback/{holder.namespace.name}/crm")


async def test_a_second_yes_replaces_the_first_grant(holders: GrantConnectorFactory) -> None:
    """Nothing need be wrong for it; from then on the new grant is refreshed."""
    holder = await holders.waiting("crm")
    first = await connected(holder)
    await holder.consents()

    async def is_another() -> bool:
        token = await holder.namespace.token("crm-token")
        return token not in (None, first.get_secret_value())

    await until(is_another)
    await holder.refreshes("now")
    assert [(entry.kind, entry.result) for entry in holder.journal] == [("code", "granted")] * 2 + [
        ("refresh", "granted")
    ]
    assert holder.journal[-1].grant == holder.journal[-2].grant


async def test_a_missing_refresh_token_is_told_at_once(holders: GrantConnectorFactory) -> None:
    """`offline_access` was forgotten: the token is good, and people know today that it will not last."""
    holder = await holders.waiting("crm", scopes=["read"])
    await holder.consents()
    await holder.shows(Ready="TokenIssued", ConsentRequired="RefreshTokenMissing")


async def test_a_withdrawn_consent_needs_a_person_and_the_token_stays_until_it_expires(
    holders: GrantConnectorFactory,
) -> None:
    """What the person has taken back at the provider is told as such, once the provider says so."""
    holder = await holders.waiting("crm", lifetime=24)
    await connected(holder)
    holder.server.withdraw(holder.server.user, holder.client)
    refused = {"ConsentRequired": "RefreshTokenRejected", "RefreshFailed": "RefreshTokenRejected"}
    await holder.shows(Ready="TokenIssued", **refused)
    assert await holder.namespace.token("crm-token")
    await holder.shows(not_Ready="RefreshTokenRejected", Stalled="RefreshTokenRejected", **refused)
    assert holder.presented == [1]
    await connected(holder)


async def test_a_grant_is_given_back_on_request(at_each: GrantConnectorFactory) -> None:
    """The provider ends it, pods see no token any more, and a person is waited for; another yes connects anew."""
    holder = await at_each.waiting("crm")
    token = await connected(holder)
    annotations = {"oauthconnector.dev/revoke-requested-at": "now"}
    await holder.namespace.edit("oauthconnectors", "crm", {"metadata": {"annotations": annotations}})
    await holder.shows(not_Ready="ConsentRequired", ConsentRequired="ConsentRequired", Reconciling="ConsentRequired")
    assert (await holder.status())["lastRevocation"] == "Revoked"
    assert await holder.namespace.get("secrets", "crm-token") is None
    assert not (await holder.grant())["renewable"]
    assert not holder.server.is_live(token)
    await connected(holder)
