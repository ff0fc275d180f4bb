"""Signing keys: every form in which users store them, and the cure for what is no such key."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes, PrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc.jwk import ECKey, RSAKey
from pydantic import SecretStr

from oauth_connector.oauth.signing_key import SigningKey, UnusableKey, build_shared_key, load_signing_key

RSA = rsa.generate_private_key(65537, 2048)
P256 = ec.generate_private_key(ec.SECP256R1())
ED25519 = ed25519.Ed25519PrivateKey.generate()
RS256_FIRST = ("RS256", "PS256", "RS384", "PS384", "RS512", "PS512")
SMALL_RSA = rsa.generate_private_key(65537, 1024)  # noqa: S505  # refused
PKCS8, PKCS1_OR_SEC1, OPENSSH = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL, PrivateFormat.OpenSSH


def pem(key: PrivateKeyTypes, form: PrivateFormat = PKCS8, passphrase: bytes = b"") -> str:
    """Return a private key in PEM."""
    protection = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, form, protection).decode()


def public_pem(form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> str:
    """Return a public key in PEM."""
    return RSA.public_key().public_bytes(Encoding.PEM, form).decode()


def certificate(key: CertificateIssuerPrivateKeyTypes) -> x509.Certificate:
    """Return a certificate that a key has signed for itself."""
    name, now = x509.Name.from_rfc4514_string("CN=robot"), datetime.now(UTC)
    draft = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    return draft.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256())


def certificate_pem(key: CertificateIssuerPrivateKeyTypes) -> str:
    """Return the same in PEM."""
    return certificate(key).public_bytes(Encoding.PEM).decode()


def jwk(key: PrivateKeyTypes, **further: object) -> str:
    """Return a private key as a JWK with further members."""
    kind = RSAKey(key, b"") if isinstance(key, rsa.RSAPrivateKey) else ECKey.import_key(pem(key))
    return json.dumps({**kind.as_dict(private=True), **further})


EC_PARAMETERS = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"


@pytest.mark.parametrize(
    ("text", "algorithms"),
    [
        pytest.param(pem(RSA), RS256_FIRST, id="PKCS #8"),
        pytest.param(pem(RSA, PKCS1_OR_SEC1), RS256_FIRST, id="PKCS #1"),
        pytest.param(pem(P256), ("ES256",), id="EC in PKCS #8"),
        pytest.param(pem(P256, PKCS1_OR_SEC1), ("ES256",), id="SEC 1"),
        pytest.param(EC_PARAMETERS + pem(P256, PKCS1_OR_SEC1), ("ES256",), id="openssl ecparam -genkey"),
        pytest.param(pem(ec.generate_private_key(ec.SECP384R1())), ("ES384",), id="P-384"),
        pytest.param(pem(ec.generate_private_key(ec.SECP521R1())), ("ES512",), id="P-521"),
        pytest.param(pem(ED25519), ("EdDSA", "Ed25519"), id="Ed25519"),
        pytest.param(pem(ed448.Ed448PrivateKey.generate()), ("EdDSA", "Ed448"), id="Ed448"),
        pytest.param(certificate_pem(RSA) + pem(RSA), RS256_FIRST, id="certificate and key in one file"),
        pytest.param(pem(RSA).replace("\n", "\r\n"), RS256_FIRST, id="CRLF"),
        pytest.param("\ufeff" + pem(RSA), RS256_FIRST, id="byte order mark"),
        pytest.param(jwk(RSA), RS256_FIRST, id="JWK"),
        pytest.param(jwk(RSA, alg="PS256", use="sig", key_ops=["sign"], ext=True), ("PS256",), id="JWK of a browser"),
        pytest.param(jwk(P256, use="sig"), ("ES256",), id="EC JWK"),
    ],
)
def test_key_in_every_form_is_read_with_its_algorithms(text: str, algorithms: tuple[str, ...]) -> None:
    """A private key is read from each form in which programs write one, with what it can sign (RFC 7518, RFC 8037)."""
    key = load_signing_key(SecretStr(text))
    assert isinstance(key, SigningKey)
    assert key.algorithms == algorithms


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        pytest.param(pem(RSA, passphrase=b"x"), "it is encrypted", id="encrypted PKCS #8"),
        pytest.param(pem(RSA, PKCS1_OR_SEC1, b"x"), "it is encrypted", id="encrypted PKCS #1"),
        pytest.param(pem(RSA, OPENSSH), "ssh-keygen -p -m PKCS8", id="OpenSSH"),
        pytest.param(public_pem(), "it is a public key", id="public key"),
        pytest.param(public_pem(PublicFormat.PKCS1), "it is a public key", id="PKCS #1 public key"),
        pytest.param("ssh-ed25519 AAAA robot", "it is a public key", id="OpenSSH public key"),
        pytest.param(certificate_pem(RSA), "it is a certificate", id="certificate"),
        pytest.param(pem(SMALL_RSA), "it has 1024 bits", id="small RSA"),
        pytest.param(jwk(SMALL_RSA), "it has 1024 bits", id="small RSA JWK"),
        pytest.param(pem(ec.generate_private_key(ec.SECP256K1())), "cannot sign: use RSA", id="secp256k1"),
        pytest.param(pem(x25519.X25519PrivateKey.generate()), "cannot sign: use RSA", id="X25519"),
        pytest.param(pem(RSA).replace("\n", "\\n"), "real line ends", id="escaped line ends"),
        pytest.param(base64.b64encode(pem(RSA).encode()).decode(), "base64 twice", id="base64 of base64"),
        pytest.param(pem(RSA)[:200], "incomplete", id="cut"),
        pytest.param(pem(RSA).replace("M", "-", 9), "damaged", id="damaged"),
        pytest.param("hunter2", "neither a private key in PEM nor a JWK", id="a secret"),
        pytest.param("{", "JSON text is damaged", id="damaged JSON"),
        pytest.param("{" * 100_000, "JSON text is damaged", id="deep JSON"),
        pytest.param(json.dumps({"keys": [json.loads(jwk(RSA))]}), "it is a JWK Set", id="JWK Set"),
        pytest.param('{"kty": "oct", "k": "c2VjcmV0"}', "ClientSecretJWT", id="symmetric JWK"),
        pytest.param(json.dumps(RSAKey.import_key(pem(RSA)).as_dict(private=False)), "public key", id="public JWK"),
        pytest.param(jwk(RSA, use="enc"), "for encryption", id="JWK for encryption"),
        pytest.param(jwk(RSA, alg="ES256"), "cannot sign with ES256", id="algorithm of another kind"),
        pytest.param(jwk(RSA, d="!"), "members are not those", id="damaged JWK"),
        pytest.param('{"kty": 1, "d": 2}', "members are not those", id="no JWK"),
        pytest.param('{"type": "service_account"}', "public key", id="other JSON"),
    ],
)
def test_what_is_no_signing_key_is_refused_with_the_cure(text: str, cause: str) -> None:
    """What users store by mistake is named, and no part of it is repeated."""
    found = load_signing_key(SecretStr(text))
    assert isinstance(found, UnusableKey)
    assert cause in found.cause
    assert text[30:60] not in found.cause or len(text) < 60


def loaded(text: str) -> SigningKey:
    """Return the key of a text."""
    key = load_signing_key(SecretStr(text))
    assert isinstance(key, SigningKey)
    return key


@pytest.mark.parametrize(
    ("text", "advertised", "wanted", "chosen"),
    [
        pytest.param(pem(RSA), (), None, "RS256", id="nothing advertised"),
        pytest.param(pem(RSA), ("PS256", "ES256"), None, "PS256", id="FAPI"),
        pytest.param(pem(RSA), ("PS256", "RS256"), None, "RS256", id="both"),
        pytest.param(pem(RSA), ("HS256",), None, "RS256", id="none in common"),
        pytest.param(pem(RSA), ("RS256",), "PS512", "PS512", id="as wanted"),
        pytest.param(pem(ED25519), ("Ed25519",), None, "Ed25519", id="RFC 9864"),
        pytest.param(pem(ED25519), ("EdDSA", "Ed25519"), None, "EdDSA", id="RFC 8037"),
        pytest.param(jwk(RSA, alg="PS256"), ("RS256",), None, "PS256", id="of the JWK"),
    ],
)
def test_algorithm_is_chosen_from_the_key_and_the_server(
    text: str, advertised: tuple[str, ...], wanted: str | None, chosen: str
) -> None:
    """The wanted algorithm is taken, else the first of the key that the server advertises."""
    limited = loaded(text).limit_to(wanted)
    assert isinstance(limited, SigningKey)
    assert limited.choose_algorithm(advertised) == chosen


def test_algorithm_of_another_kind_of_key_is_refused() -> None:
    """A key does not sign with an algorithm of another kind, and the cause says with which ones it does."""
    assert loaded(pem(P256)).limit_to("RS256") == UnusableKey("it cannot sign with RS256, only with ES256")


def test_certificate_of_the_key_identifies_it() -> None:
    """Both thumbprints and the chain are in the header (RFC 7515 §4.1.6 to §4.1.8)."""
    held = certificate(RSA)
    key = loaded(pem(RSA)).with_certificate(certificate_pem(RSA))
    assert isinstance(key, SigningKey)
    expected = base64.urlsafe_b64encode(held.fingerprint(SHA256())).rstrip(b"=").decode()
    assert key.header.keys() == {"x5t", "x5t#S256", "x5c"}
    assert len(key.header["x5t"]) == 27
    assert len(expected) == len(key.header["x5t#S256"])


@pytest.mark.parametrize("text", [certificate_pem(P256), pem(RSA), "", "hunter2"])
def test_other_certificate_is_refused(text: str) -> None:
    """The certificate of another key is refused, and so is a text without a certificate."""
    found = loaded(pem(RSA)).with_certificate(text)
    assert isinstance(found, UnusableKey)
    assert "certificate" in found.cause


def test_key_id_of_a_jwk_yields_to_a_chosen_one() -> None:
    """The `kid` of a JWK is kept, and one that the user chose takes its place."""
    key = loaded(jwk(RSA, kid="of-the-key"))
    assert key.header == {"kid": "of-the-key"}
    assert key.with_key_id(None) == key
    assert key.with_key_id("chosen").header == {"kid": "chosen"}


def test_signing_key_is_not_in_its_own_text() -> None:
    """The text of the value, which a log may contain, holds no key."""
    assert "PRIVATE" not in repr(loaded(pem(RSA)))
    assert "s3cret" not in repr(build_shared_key(SecretStr("s3cret")))


def test_identity_of_a_key_covers_all_that_it_sends() -> None:
    """Another key, another algorithm and another header make another identity, which contains no key."""
    key = loaded(pem(RSA))
    others = (
        loaded(pem(P256)),
        key.limit_to("PS256"),
        key.with_key_id("1"),
        key.with_certificate(certificate_pem(RSA)),
    )
    known = {each.identity() for each in (key, *others) if isinstance(each, SigningKey)}
    assert len(known) == 5
    assert key.identity() == loaded(pem(RSA, PKCS1_OR_SEC1)).identity()
    assert build_shared_key(SecretStr("a")).identity() != build_shared_key(SecretStr("b")).identity()
