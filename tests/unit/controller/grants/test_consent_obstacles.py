"""Consents that cannot succeed, or have to wait."""

from dataclasses import replace

import pytest

from oauth_connector.connector.observation import AnyConnector, Key
from oauth_connector.oauth.signals import Signal, Symptom
from tests.support.builders import a_spec
from tests.support.consenting import CODE_SPEC, a_consent, answered, confirmed, consent
from tests.support.fake_cluster import FakeCluster
from tests.support.world import KEY, World


async def test_a_connector_that_was_changed_invalidates_the_consent(consenting: World) -> None:
    """The user consented to something else than the spec requires now."""
    await consenting.run()
    key = Key("shop", "crm-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    consenting.edit({**CODE_SPEC, "scopes": ["everything"]})
    consenting.cluster.add_consent(confirmed(answered(consenting.cluster.consents[key], "code-1")))
    await consenting.run()
    assert consenting.consent_reason("crm-1") == "ConnectorChanged"
    assert consenting.rotating.requests == []


@pytest.mark.parametrize("forged", [{"confirmation_required": False}, {"code_challenge": None}, {"issuer": None}])
async def test_a_request_that_the_operator_did_not_write_invalidates_the_consent(
    consenting: World, forged: dict[str, object]
) -> None:
    """The digest is not secret: another writer of status could write a weaker request."""
    issuer = {**CODE_SPEC, "provider": {"issuer": "https://login.example.com"}}
    consenting.edit(issuer)
    await consenting.run()
    key = Key("shop", "crm-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    filled = consenting.cluster.consents[key]
    assert filled.status.request is not None
    request = filled.status.request.model_copy(update=forged)
    status = filled.status.model_copy(update={"request": request})
    consenting.cluster.add_consent(answered(replace(filled, status=status), "code-1"))
    await consenting.run()
    assert consenting.consent_reason("crm-1") == "ConnectorChanged"
    assert consenting.rotating.requests == []


@pytest.mark.parametrize(
    "output",
    [
        {"secretName": "elsewhere"},
        {"labels": {"example.com/team": "shop"}},
        {"annotations": {"example.com/copy-to": "elsewhere"}},
    ],
)
async def test_another_output_secret_invalidates_the_consent(consenting: World, output: dict[str, object]) -> None:
    """The page named the Secret whose readers can act as the user, and metadata can have it copied elsewhere."""
    await _answer_after_an_edit(consenting, output)
    assert consenting.consent_reason("crm-1") == "ConnectorChanged"
    assert consenting.rotating.requests == []


async def test_other_keys_in_the_output_secret_invalidate_no_consent(consenting: World) -> None:
    """The same users can read the token."""
    await _answer_after_an_edit(consenting, {"data": [{"field": "AccessToken", "key": "token"}]})
    assert consenting.consent_reason("crm-1") == "Authorized"


async def _answer_after_an_edit(consenting: World, output: dict[str, object]) -> None:
    await consenting.run()
    consenting.rotating.know(code="code-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    consenting.edit({**CODE_SPEC, "output": output})
    consenting.cluster.add_consent(confirmed(answered(consenting.cluster.consents[Key("shop", "crm-1")], "code-1")))
    await consenting.run(3)


async def test_a_consent_that_no_user_gives_expires_and_is_deleted(consenting: World) -> None:
    """It expires after a quarter of an hour and is deleted after an hour."""
    await consenting.run()
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run(901)
    assert consenting.consent_reason("crm-1") == "Expired"
    await consenting.run(2800)
    assert consenting.cluster.consents == {}


async def test_a_suspended_connector_accepts_no_consent(consenting: World) -> None:
    """No token request is sent while suspended; the consent reports that."""
    consenting.edit({**CODE_SPEC, "suspend": True})
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    assert consenting.consent_reason("crm-1") == "ConnectorSuspended"


class Late(FakeCluster):
    """A cluster whose cache does not contain a connector until it is read: the watch is behind."""

    def connector(self, key: Key) -> AnyConnector | None:
        """Return a connector once it was read."""
        return super().connector(key) if f"connector {key}" in self.calls.reads else None


async def test_a_consent_whose_connector_is_not_in_the_cache_is_not_rejected(consenting: World) -> None:
    """Both were just created, and each kind has a watch of its own: a live read decides."""
    late = Late()
    late.connectors, late.credentials = consenting.cluster.connectors, consenting.cluster.credentials
    consenting.cluster = late
    consenting.start()
    late.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    assert consenting.consent_reason("crm-1") == "AwaitingUser"


async def test_a_consent_for_an_unknown_connector_is_reported(consenting: World) -> None:
    """A mistyped name is reported by the first install that sees it, since none is responsible for it."""
    del consenting.cluster.connectors[KEY]
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.reconcile(KEY)
    assert consenting.consent_reason("crm-1") == "ConnectorNotFound"


async def test_a_redirect_uri_of_another_server_is_rejected(consenting: World) -> None:
    """A code must not be sent to another server."""
    consenting.edit({**CODE_SPEC, "authorizationCode": {"redirectURI": "https://evil.example/callback"}})
    await consenting.run()
    assert (consenting.reason(), consenting.reason("Stalled")) == ("RedirectURIInvalid", "RedirectURIInvalid")


async def test_a_code_that_may_not_be_sent_ends_its_consent_at_once(consenting: World) -> None:
    """A credential that is not allowed there, or a conflicting Secret: the consent reports what to repair."""
    await consenting.run()
    del consenting.cluster.credentials["shop", "robot"]
    await consent(consenting)
    assert consenting.rotating.requests == []
    assert consenting.consent_reason("crm-1") == "ConnectorInvalid"
    assert consenting.reason() == "CredentialsNotFound"
    message = consenting.cluster.consents[Key("shop", "crm-1")].status.conditions[0].message
    assert "Secret `robot` does not exist in this namespace" in message
    consenting.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    consenting.cluster.add_unowned("shop", "crm-oauth-state")
    await consent(consenting, "crm-2", "code-2")
    assert consenting.consent_reason("crm-2") == "SecretConflict"


async def test_a_code_waits_while_the_issuer_does_not_respond(consenting: World) -> None:
    """Nothing was sent, so nothing is lost: the code waits for discovery, with pauses."""
    consenting.edit(a_spec(grantType="AuthorizationCode", provider={"issuer": "https://login.example.com"}))
    await consenting.run()
    key = Key("shop", "crm-1")
    consenting.rotating.know(code="code-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    consenting.cluster.add_consent(confirmed(answered(consenting.cluster.consents[key], "code-1")))
    consenting.rotating.unfound = Signal(Symptom.CONNECTION_FAILED)
    await consenting.run(20)
    assert consenting.consent_reason("crm-1") == "AwaitingUser"
    consenting.rotating.unfound = None
    await consenting.run(20)
    assert consenting.reason() == "TokenIssued"


async def test_a_consent_expires_though_its_issuer_never_responds(consenting: World) -> None:
    """It cannot continue, and it is deleted in the end."""
    consenting.edit(a_spec(grantType="AuthorizationCode", provider={"issuer": "https://login.example.com"}))
    consenting.rotating.unfound = Signal(Symptom.CONNECTION_FAILED)
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run(1300)
    assert consenting.consent_reason("crm-1") == "Expired"
    await consenting.run(2400)
    assert consenting.cluster.consents == {}


async def test_a_consent_may_be_watched_before_its_connector(consenting: World) -> None:
    """Two watches deliver them in any order: a connector that is not in the cache is read first."""
    consenting.cluster.uncached.add(KEY)
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.reconcile(KEY)
    assert consenting.consent_reason("crm-1") == "AwaitingUser"


async def test_a_server_without_device_codes_ends_the_consent_with_the_cause(consenting: World) -> None:
    """The user is not referred to the condition of the connector, which asks for a consent."""
    consenting.edit({**CODE_SPEC, "grantType": "DeviceCode", "provider": {"issuer": "https://login.example.com"}})
    await consenting.run()
    consenting.cluster.add_consent(a_consent(int(consenting.now), redirect="Device"))
    await consenting.run()
    assert consenting.consent_reason("crm-1") == "ConnectorInvalid"
    (condition,) = consenting.cluster.consents[Key("shop", "crm-1")].status.conditions
    assert "contain no `device_authorization_endpoint`" in condition.message
