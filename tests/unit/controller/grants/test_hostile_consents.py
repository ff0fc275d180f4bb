"""Whatever a consent contains or raises ends this consent, and disturbs no other and no token."""

import json
from dataclasses import replace

import pytest
from joserfc import jwe
from joserfc.jwk import OKPKey

from oauth_connector.connector.consent.observed import Consent
from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.observation import Key
from oauth_connector.consent_protocol.sealing import ALGORITHM, ENCRYPTION
from tests.support.consenting import TICKET, a_consent, answered, confirmed, consent
from tests.support.fake_cluster import FakeCluster
from tests.support.world import KEY, World

HOSTILE = Key("shop", "crm-2")


def a_response(**members: object) -> bytes:
    """Return the plain text of a response with the right ticket."""
    valid = {"code": "code-2", "ticket": TICKET, "confirmation": "K7QF-2M9P", "iss": None}
    return json.dumps({**valid, "parameters": {}, **members}).encode()


PLAIN_TEXTS = {
    "deep nesting": (b"[" * 4000, "ResponseInvalid"),
    "a confirmation code outside of ASCII": (a_response(confirmation="é"), "AwaitingConfirmation"),
    "an issuer that is a list": (a_response(iss=["https://login.example.com"]), "ResponseInvalid"),
    "half of a surrogate pair in the code": (a_response(code="\ud800"), "ResponseInvalid"),
    "a line break in the code": (a_response(code="a\r\nb"), "ResponseInvalid"),
    "no object": (b"7", "ResponseInvalid"),
}


def sealed(asked: Consent, plain_text: bytes, **header: object) -> Consent:
    """Return a consent whose response is any text, sealed to its public key."""
    assert asked.status.request is not None
    key = OKPKey.import_key(json.loads(asked.status.request.encryption_key))
    response = jwe.encrypt_compact({"alg": ALGORITHM, "enc": ENCRYPTION, **header}, plain_text, key)
    return replace(asked, status=asked.status.model_copy(update={"response": response}))


@pytest.mark.parametrize(("plain_text", "reason"), PLAIN_TEXTS.values(), ids=PLAIN_TEXTS)
async def test_a_sealed_text_of_any_form_stops_no_refresh(consenting: World, plain_text: bytes, reason: str) -> None:
    """A user who may only write the status of consents cannot stop the refreshes of a connected connector."""
    await consenting.run()
    await consent(consenting)
    consenting.cluster.add_consent(a_consent(int(consenting.now), HOSTILE.name))
    await consenting.run()
    consenting.cluster.add_consent(confirmed(sealed(consenting.cluster.consents[HOSTILE], plain_text)))
    await consenting.run(60)
    assert consenting.consent_reason(HOSTILE.name) == reason
    await consenting.run(4 * 3600)
    assert consenting.rotating.presented[:2] == ["refresh-1", "refresh-2"]
    assert consenting.cluster.consents == {}


async def test_a_nested_header_stops_no_refresh(consenting: World) -> None:
    """The header of a JWE is JSON too (RFC 7516 §4), and is read before the key is applied."""
    await consenting.run()
    await consent(consenting)
    consenting.cluster.add_consent(a_consent(int(consenting.now), HOSTILE.name))
    await consenting.run()
    asked = consenting.cluster.consents[HOSTILE]
    parts = (sealed(asked, b"{}").status.response or "").split(".")
    response = ".".join(["W1tb" * 3000, *parts[1:]])
    consenting.cluster.add_consent(replace(asked, status=asked.status.model_copy(update={"response": response})))
    await consenting.run(4 * 3600)
    assert consenting.rotating.presented[:2] == ["refresh-1", "refresh-2"]


class Faulty(dict[str, str]):
    """A value that is no request, so that each use of it raises: it stands for a bug that one consent shows."""

    def __eq__(self, other: object) -> bool:
        """Raise."""
        raise ZeroDivisionError

    __hash__ = None  # as of every dict


@pytest.mark.parametrize("answered_by_user", [False, True])
async def test_a_bug_that_one_consent_shows_ends_this_consent_only(
    consenting: World, *, answered_by_user: bool
) -> None:
    """The other consent, and the tokens, go on."""
    await consenting.run()
    hostile = a_consent(int(consenting.now) - 1, HOSTILE.name)
    response = "a.b.c.d.e" if answered_by_user else None
    status = hostile.status.model_copy(update={"response": response, "request": Faulty()})
    consenting.cluster.add_consent(replace(hostile, status=status))
    await consent(consenting)
    assert consenting.consent_reason(HOSTILE.name) == ("ResponseInvalid" if answered_by_user else "InternalError")
    assert consenting.consent_reason("crm-1") == "Authorized"
    assert consenting.token == "token-1"


class FaultyReader(FakeCluster):
    """A cluster of which one read raises: it stands for a bug that one code shows before it is sent."""

    async def read_credential(self, namespace: str, name: str) -> CredentialSecret | None:
        """Raise."""
        del namespace, name
        raise ZeroDivisionError


async def test_a_code_whose_exchange_raises_ends_its_consent(consenting: World) -> None:
    """The reconciliation fails once; the next one has no code, and refreshes the token."""
    await consenting.run()
    await consent(consenting)
    consenting.cluster.add_consent(a_consent(int(consenting.now), HOSTILE.name))
    await consenting.run(60)
    consenting.cluster.add_consent(confirmed(answered(consenting.cluster.consents[HOSTILE], "code-2")))
    working, faulty = consenting.cluster, FaultyReader()
    vars(faulty).update(vars(working))
    consenting.cluster = faulty
    consenting.start()
    with pytest.raises(ZeroDivisionError):
        await consenting.reconcile(KEY)
    consenting.cluster = working
    consenting.start()
    assert consenting.consent_reason(HOSTILE.name) == "ResponseInvalid"
    await consenting.run(4 * 3600)
    assert consenting.rotating.presented[:2] == ["refresh-1", "refresh-2"]


async def test_consents_whose_writes_are_refused_delay_no_other(consenting: World) -> None:
    """An admission policy may refuse the writes of some consents for ever, and they may be the oldest of all."""
    await consenting.run()
    for number in (2, 3, 4):
        consenting.cluster.add_consent(a_consent(int(consenting.now) - number, f"crm-{number}"))
        consenting.cluster.refused_consents.add(Key("shop", f"crm-{number}"))
    consenting.cluster.add_consent(a_consent(int(consenting.now), "crm-1"))
    await consenting.run(60)
    assert consenting.consent_reason("crm-1") == "AwaitingUser"
    consenting.rotating.know(code="code-1")
    consenting.cluster.add_consent(confirmed(answered(consenting.cluster.consents[Key("shop", "crm-1")], "code-1")))
    await consenting.run(20)
    assert consenting.consent_reason("crm-1") == "Authorized"
