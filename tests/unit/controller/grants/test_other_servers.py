"""A user who may edit a connector, but not read its Secrets, cannot have a grant sent to another server."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from oauth_connector.connector.observation import Key
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from tests.support.builders import a_connector, a_password_spec, a_spec
from tests.support.consenting import CODE_SPEC, a_consent, answered, confirmed, consent
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import KEY, World

EVIL = "https://evil.example"


class Turning(RotatingProvider):
    """A provider during whose discovery a user edits the connector."""

    def __init__(self) -> None:
        super().__init__()
        self.countdown = 0
        self.edit: Callable[[], None] = lambda: None

    async def find(self, issuer: str, context: RequestContext) -> ServerMetadata | Signal:
        """Return the metadata; at the end of the countdown, after the edit."""
        self.countdown -= 1
        if self.countdown == 0:
            self.edit()
        return await super().find(issuer, context)


def requests_elsewhere(world: World) -> list[str]:
    """Return the requests to the attacker."""
    return [url for url in world.rotating.urls if "evil.example" in url]


async def test_an_issuer_added_beside_a_token_url_gets_no_token_to_revoke(consenting: World) -> None:
    """Its metadata would name a revocation endpoint: tokens are sent only to the server that issued them."""
    consenting.rotating.revocable = f"{EVIL}/revoke"
    await consenting.run()
    await consent(consenting)
    consenting.edit({**CODE_SPEC, "provider": {**CODE_SPEC["provider"], "issuer": EVIL}})
    consenting.request_revocation("1")
    await consenting.run(60)
    assert requests_elsewhere(consenting) == []
    assert consenting.cluster.connectors[KEY].status.last_revocation == "Refused"


async def test_an_issuer_gets_its_own_token_to_revoke(consenting: World) -> None:
    """Where both endpoints are from the same metadata, the revocation endpoint may be at any host."""
    consenting.rotating.revocable = "https://revoke.example/revoke"
    consenting.edit({**CODE_SPEC, "provider": {"issuer": "https://login.example.com"}})
    await consenting.run()
    await consent(consenting)
    consenting.request_revocation("1")
    await consenting.run(60)
    assert consenting.rotating.urls[-1] == "https://revoke.example/revoke"
    assert consenting.cluster.connectors[KEY].status.last_revocation == "Revoked"


async def test_a_client_secret_is_sent_only_to_revocation_endpoints_that_its_owner_allows(consenting: World) -> None:
    """The annotation limits where it is sent, and a revocation is no exception."""
    allowed = replace(consenting.cluster.credentials["shop", "robot"], allowed_hosts=("login.example.com",))
    consenting.cluster.credentials["shop", "robot"] = allowed
    consenting.rotating.revocable = "https://other.example/revoke"
    consenting.edit({**CODE_SPEC, "provider": {"issuer": "https://login.example.com"}})
    await consenting.run()
    await consent(consenting)
    consenting.request_revocation("1")
    await consenting.run(60)
    assert {urlsplit(url).hostname for url in consenting.rotating.urls} == {"login.example.com"}


async def test_a_token_without_a_refresh_token_is_not_sent_to_another_server(consenting: World) -> None:
    """Some providers issue tokens that never expire, and no refresh token: these are grants too."""
    consenting.rotating.refresh_tokens = False
    await consenting.run()
    await consent(consenting)
    provider = {**CODE_SPEC["provider"], "tokenURL": f"{EVIL}/token", "revocationURL": f"{EVIL}/revoke"}
    consenting.edit({**CODE_SPEC, "provider": provider})
    consenting.request_revocation("1")
    await consenting.run(60)
    assert requests_elsewhere(consenting) == []
    assert consenting.cluster.connectors[KEY].status.last_revocation == "Refused"


async def test_a_token_of_client_credentials_is_not_sent_to_another_server() -> None:
    """An edit and the annotation may happen at once: the token in the Secret is from the server before the edit."""
    world = World(RotatingProvider(rotates=False))
    world.cluster.add(a_connector(a_spec()))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    await world.run()
    world.edit(a_spec(provider={"tokenURL": f"{EVIL}/token", "revocationURL": f"{EVIL}/revoke"}))
    world.request_revocation("1")
    await world.run()
    assert not any("token" in form for form in world.rotating.requests)


async def test_an_issuer_beside_a_preset_gets_no_refresh_token(consenting: World) -> None:
    """A preset with several hosts allows these only, and no host that an issuer names."""
    zoho = {**CODE_SPEC, "provider": {"preset": "Zoho"}}
    consenting.edit(zoho)
    await consenting.run()
    await consent(consenting)
    assert consenting.token == "token-1"
    consenting.edit({**zoho, "provider": {"preset": "Zoho", "issuer": EVIL}})
    await consenting.run(4 * 3600)
    assert requests_elsewhere(consenting) == []
    assert consenting.reason("ConsentRequired") == "GrantBindingMismatch"


async def test_a_code_is_sent_only_for_the_connector_that_was_evaluated() -> None:
    """The connector may be changed to another server while later consents are evaluated."""
    provider, key = Turning(), Key("shop", "crm-1")
    world = World(provider)
    world.cluster.add(a_connector({**CODE_SPEC, "provider": {"issuer": "https://login.example.com"}}))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    await world.run()
    world.cluster.add_consent(a_consent(int(world.now)))
    world.cluster.add_consent(a_consent(int(world.now) + 1, "crm-2"))
    await world.run()
    world.cluster.add_consent(confirmed(answered(world.cluster.consents[key], "code-1")))
    provider.edit = lambda: world.edit({**CODE_SPEC, "provider": {"issuer": EVIL}})
    provider.countdown = 2
    await world.run(60)
    assert requests_elsewhere(world) == []
    assert world.consent_reason("crm-1") == "ConnectorChanged"


async def test_a_password_is_not_sent_where_an_earlier_grant_was_redirected(consenting: World) -> None:
    """The endpoint that a provider named in its redirect is for that grant alone."""
    consenting.edit({**CODE_SPEC, "provider": {"preset": "Zoho"}})
    await consenting.run()
    consenting.rotating.know(code="code-1")
    key = Key("shop", "crm-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    back = answered(
        consenting.cluster.consents[key], "code-1", parameters={"accounts-server": "https://accounts.zoho.eu"}
    )
    consenting.cluster.add_consent(confirmed(back))
    await consenting.run(3)
    assert consenting.rotating.urls == ["https://accounts.zoho.eu/oauth/v2/token"]
    consenting.cluster.add_credential("shop", "ann", password=b"hunter2")
    consenting.edit(a_password_spec())
    await consenting.run(60)
    assert consenting.rotating.urls[1:] == ["https://login.example.com/token"]
