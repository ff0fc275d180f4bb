"""Only the operator can open what the consent server seals, and only for that one consent."""

import base64
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import OctKey, OKPKey
from pydantic import SecretStr

from oauth_connector.api.v1alpha1.consent import LONGEST_RESPONSE
from oauth_connector.consent_protocol.consent_response import ConsentResponse, UnsealError
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.consent_protocol.sealing import ALGORITHM, ENCRYPTION, seal
from oauth_connector.oauth.authorization import ACCESS_DENIED, LONGEST_CODE, LONGEST_PARAMETER

UID, OTHER_UID = "0b9e6a2f-0001", "0b9e6a2f-0002"
KEYS = OperatorKeys(b"master key of the installation..")
OTHER_KEYS = OperatorKeys(b"master key of another one.......")
TICKET = "ticket-c4n4ry-0123456789-0123456789-0123456"
ANSWER = ConsentResponse(
    SecretStr("code-c4n4ry"),
    SecretStr(TICKET),
    "K7QF-2M9P",
    "https://login.example.com",
    {"accounts-server": "https://accounts.zoho.eu"},
)
BASE64URL = re.compile("[A-Za-z0-9_-]*")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
CODES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=60)
ANSWERS = st.builds(
    ConsentResponse,
    CODES.map(SecretStr),
    TEXT.map(SecretStr),
    TEXT,
    st.none() | TEXT,
    st.dictionaries(TEXT, TEXT, max_size=3),
)


def sealed(answer: ConsentResponse = ANSWER, uid: str = UID) -> str:
    """Seal a response to a consent."""
    return seal(answer, KEYS.public_key(uid))


def forged(plaintext: bytes, **header: str) -> str:
    """Seal any bytes to the consent's key, as any reader of its status can."""
    key = OKPKey.import_key(json.loads(KEYS.public_key(UID)))
    return jwe.encrypt_compact({"alg": ALGORITHM, "enc": ENCRYPTION, **header}, plaintext, key)


@given(ANSWERS)
def test_unseal_returns_the_sealed_response(answer: ConsentResponse) -> None:
    """Code, ticket, confirmation code, issuer and parameters, of any text."""
    assert KEYS.unseal(UID, sealed(answer)) == answer


@pytest.mark.parametrize(
    ("keys", "uid"), [(KEYS, OTHER_UID), (OTHER_KEYS, UID)], ids=["another consent", "another key"]
)
def test_response_can_be_unsealed_only_for_its_consent_and_key(keys: OperatorKeys, uid: str) -> None:
    """A response cannot be opened in another consent's status, or in another installation."""
    with pytest.raises(UnsealError):
        keys.unseal(uid, sealed())


@given(st.data())
def test_a_changed_character_is_detected(data: st.DataObject) -> None:
    """A writer of the status cannot change any part of a sealed text."""
    text = sealed()
    at = data.draw(st.sampled_from([place for place, letter in enumerate(text) if letter != "."]))
    letter = data.draw(st.sampled_from("AQgw_-9z").filter(lambda drawn: drawn != text[at]))
    changed = text[:at] + letter + text[at + 1 :]
    try:
        opened = KEYS.unseal(UID, changed)
    except UnsealError:
        return
    # The last letter of a part may stand for bits that are no bits of it: the bytes are the same then.
    assert opened == ANSWER
    assert decoded(changed) == decoded(text)


def decoded(text: str) -> list[bytes]:
    """Return the bytes of the parts of a JWE."""
    return [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in text.split(".")]


@given(st.text(max_size=80) | st.from_regex(r"[A-Za-z0-9_-]{0,30}(\.[A-Za-z0-9_-]{0,30}){4}", fullmatch=True))
def test_any_text_raises_at_most_unseal_error(text: str) -> None:
    """A writer of the status can write any text; the operator gets an error and does not crash."""
    with pytest.raises(UnsealError):
        KEYS.unseal(UID, text)


def test_a_denial_is_sealed_instead_of_a_code() -> None:
    """It has the ticket, so that no other client can end the consent with it."""
    denial = ConsentResponse(SecretStr(""), SecretStr(TICKET), "", error=ACCESS_DENIED)
    assert KEYS.unseal(UID, sealed(denial)) == denial


def a_response(**members: object) -> bytes:
    """Return the plain text of a response, with some members changed."""
    valid: dict[str, object] = {
        "code": "c",
        "ticket": TICKET,
        "confirmation": "K7QF-2M9P",
        "iss": None,
        "parameters": {},
    }
    return json.dumps({**valid, **members}).encode()


FORGED = {
    "no JSON": b"\xff",
    "nested lists (RFC 8259 §9 sets no depth)": b"[" * 4000,
    "nested objects": b'{"code":' * 3000,
    "nested parameters": a_response(parameters={"x": {"y": {}}}),
    "an issuer that is a list": a_response(iss=["https://login.example.com"]),
    "a code that is a number": a_response(code=7),
    "a code that is null": a_response(code=None),
    "an empty code": a_response(code=""),
    "a code and a denial": a_response(error="access_denied"),
    "an error that does not end a consent": a_response(code="", error="server_error"),
    "half of a surrogate pair in the code (RFC 8259 §8.2)": a_response(code="\ud800"),
    "a code of other characters than RFC 6749 §A.11 allows": a_response(code="c\n"),
    "a code that no redirect can contain": a_response(code="c" * (LONGEST_CODE + 1)),
    "a long confirmation code": a_response(confirmation="x" * 65),
    "a long ticket": a_response(ticket="t" * 65),
    "a long issuer": a_response(iss="i" * (LONGEST_PARAMETER + 1)),
    "a parameter that is a number": a_response(parameters={"x": 1}),
    "many parameters": a_response(parameters={f"x{number}": "y" for number in range(9)}),
    "a number of many digits": b'{"code": 1' + b"0" * 5000 + b"}",
    "NaN": b'{"code": NaN}',
    "nothing": b"",
    "a list": b"[]",
    "no code": b'{"ticket": "t", "confirmation": "c", "parameters": {}}',
    "no parameters": b'{"code": "c", "ticket": "t", "confirmation": "c"}',
    "parameters that are a list": b'{"code": "c", "ticket": "t", "confirmation": "c", "parameters": []}',
}


@pytest.mark.parametrize("plaintext", FORGED.values(), ids=FORGED)
def test_a_sealed_text_without_response_is_rejected(plaintext: bytes) -> None:
    """Every reader of the status can seal any bytes to the public key."""
    with pytest.raises(UnsealError):
        KEYS.unseal(UID, forged(plaintext))


def test_other_algorithms_are_refused() -> None:
    """The sealed text does not choose how it is opened: neither wrapped nor with the public key as a secret."""
    key = OctKey.import_key(decoded(json.loads(KEYS.public_key(UID))["x"])[0])
    direct = jwe.encrypt_compact({"alg": "dir", "enc": ENCRYPTION}, b"{}", key)
    for text in (direct, forged(b"{}", alg="ECDH-ES+A256KW")):
        with pytest.raises(UnsealError):
            KEYS.unseal(UID, text)


def test_the_error_contains_nothing_of_the_response() -> None:
    """It is not chained to the library's error, which might contain it."""
    with pytest.raises(UnsealError) as refused:
        KEYS.unseal(OTHER_UID, sealed())
    assert str(refused.value) == "the text was not sealed for this consent"
    assert refused.value.__suppress_context__


def test_sealed_text_contains_no_plain_text() -> None:
    """Many users can read the status: no part and no representation of it contains code or ticket."""
    text = sealed()
    assert all(BASE64URL.fullmatch(part) for part in text.split("."))
    contents = b"".join([text.encode(), repr(ANSWER).encode(), *decoded(text)])
    assert b"c4n4ry" not in contents


def test_two_seals_of_one_response_differ() -> None:
    """Each is sealed with a new key, so that equal responses cannot be recognised."""
    assert sealed() != sealed()


def test_longest_response_fits_into_status() -> None:
    """A redirect at its limits is sealed into what `status.response` may hold."""
    longest = ConsentResponse(
        SecretStr("c" * LONGEST_CODE), SecretStr(TICKET), "K7QF-2M9P", "i" * LONGEST_PARAMETER, {"x": "y" * 2048}
    )
    assert len(sealed(longest)) <= LONGEST_RESPONSE


def test_public_key_is_public() -> None:
    """It is a JWK (RFC 8037 §2) without the private half, the same each time, another for each consent."""
    key = json.loads(KEYS.public_key(UID))
    assert key.keys() == {"kty", "crv", "x"}
    assert KEYS.public_key(UID) == OperatorKeys(b"master key of the installation..").public_key(UID)
    assert len({KEYS.public_key(UID), KEYS.public_key(OTHER_UID), OTHER_KEYS.public_key(UID)}) == 3


@pytest.mark.parametrize(
    "key",
    ["", "{}", "[]", "[" * 1024, "no JSON", '{"kty":"OKP","crv":"X25519"}', '{"kty":"OKP","crv":"X25519","x":"AAAA"}'],
)
def test_an_invalid_key_is_a_value_error(key: str) -> None:
    """The exposed process reads keys from status, where a mistake may stand."""
    with pytest.raises(ValueError, match="not a valid public key"):
        seal(ANSWER, key)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_verifier_has_the_form_of_the_rfc(uid: str) -> None:
    """43 characters of RFC 7636 §4.1, the same each time."""
    assert re.fullmatch("[A-Za-z0-9_-]{43}", KEYS.verifier(uid))
    assert KEYS.verifier(uid) == KEYS.verifier(uid)


def test_verifier_belongs_to_one_consent_and_key() -> None:
    """One verifier reveals no other, and it is not the key to which responses are sealed."""
    verifiers = {KEYS.verifier(UID), KEYS.verifier(OTHER_UID), OTHER_KEYS.verifier(UID)}
    assert len(verifiers) == 3
    assert not any(verifier in KEYS.public_key(UID) for verifier in verifiers)
