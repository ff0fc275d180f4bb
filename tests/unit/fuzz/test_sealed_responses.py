"""Whatever is in the status of a consent as its sealed response is a bounded response, or refused."""

import base64
import json

from joserfc import jwe
from joserfc.jwk import OKPKey
from pydantic import SecretStr

from oauth_connector.consent_protocol.consent_response import ConsentResponse, UnsealError
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.consent_protocol.sealing import ALGORITHM, ENCRYPTION, seal
from oauth_connector.consent_protocol.tickets import is_ticket_of, ticket_hash
from oauth_connector.oauth.authorization import LONGEST_CODE, LONGEST_PARAMETER
from tests.support.fuzzing import Choices, attempt, fuzzed, list_texts

KEYS, UID = OperatorKeys(b"m" * 32), "uid-of-consent"
PUBLIC = OKPKey.import_key(json.loads(KEYS.public_key(UID)))
MEMBERS = {
    "code": "c",
    "ticket": "t" * 43,
    "confirmation": "K7QF-2M9P",
    "iss": "https://login.example.com",
    "parameters": {"location": "eu"},
}
FURTHER = {"zip": "DEF", "crit": ["x"], "apu": "a", "cty": "JWE", "alg": ALGORITHM, "enc": ENCRYPTION}
HEADER = {"alg": ALGORITHM, "enc": ENCRYPTION}
PARTS = jwe.encrypt_compact(HEADER, json.dumps(MEMBERS).encode(), PUBLIC, algorithms=[ALGORITHM, ENCRYPTION]).split(".")
MOST_PARAMETERS = 8


def build_sealed(choices: Choices) -> str:
    """Return what any reader of the status can seal: any bytes."""
    plaintext = choices.body(MEMBERS)
    return jwe.encrypt_compact(HEADER, plaintext or b"{}", PUBLIC, algorithms=[ALGORITHM, ENCRYPTION])


def build_text(choices: Choices) -> str:
    """Return a text of five parts, some of which are changed."""
    parts = [*PARTS]
    for _ in range(choices.below(3)):
        parts[choices.below(5)] = choices.text()
    if choices.below(2):
        header = {**json.loads(base64.urlsafe_b64decode(PARTS[0] + "==")), **choices.edit(FURTHER)}
        parts[0] = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return ".".join(parts[: 5 - choices.below(2)])


@fuzzed(4_000, build_sealed)
def test_what_any_reader_seals_is_bounded_or_refused(sealed: str) -> None:
    """`UnsealError` is the only exception, and what is read has the bounds of a redirect."""
    found = attempt(lambda: KEYS.unseal(UID, sealed), UnsealError)
    if isinstance(found, ConsentResponse):
        require_bounded(found)


@fuzzed(6_000, build_text)
def test_a_text_that_is_no_sealed_response_is_refused(text: str) -> None:
    """Only the response as it was sealed can be read."""
    found = attempt(lambda: KEYS.unseal(UID, text), UnsealError)
    assert isinstance(found, UnsealError) or text == ".".join(PARTS)


@fuzzed(3_000, lambda choices: choices.body(json.loads(KEYS.public_key(UID))).decode(errors="surrogateescape"))
def test_an_invalid_key_is_refused(public_key: str) -> None:
    """The consent server seals for the key in status, or raises `ValueError`."""
    response = ConsentResponse(code=SecretStr("c"), ticket=SecretStr("t"), confirmation="K7QF-2M9P")
    sealed = attempt(lambda: seal(response, public_key), ValueError)
    is_refused = str(sealed) == "the encryption key is not a valid public key"
    assert is_refused or str(sealed).count(".") == 4  # a JWE in compact form (RFC 7516 §3.1)


def require_bounded(response: ConsentResponse) -> None:
    """Check the bounds of a response, and that its ticket can be compared."""
    code = response.code.get_secret_value()
    assert 0 < len(code) <= LONGEST_CODE
    assert code.isascii()
    assert len(response.parameters) <= MOST_PARAMETERS
    assert all(len(text) <= LONGEST_PARAMETER for text in list_texts([response.iss or "", response.parameters]))
    assert not is_ticket_of(response.ticket.get_secret_value(), ticket_hash("another"))
