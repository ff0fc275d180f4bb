"""Private keys and certificates of clients, as users store them in Secrets."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes, PrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import JWKRegistry

RSA_KEY = rsa.generate_private_key(65537, 2048)
P256_KEY = ec.generate_private_key(ec.SECP256R1())
P384_KEY = ec.generate_private_key(ec.SECP384R1())
ED25519_KEY = ed25519.Ed25519PrivateKey.generate()

_KINDS = ((rsa.RSAPrivateKey, "RSA"), (ec.EllipticCurvePrivateKey, "EC"), (ed25519.Ed25519PrivateKey, "OKP"))


def write_pem(key: PrivateKeyTypes, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    """Return a private key in PEM."""
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def write_certificate(key: CertificateIssuerPrivateKeyTypes, name: str = "CN=robot") -> str:
    """Return a certificate in PEM that a key has signed for itself."""
    subject, now = x509.Name.from_rfc4514_string(name), datetime.now(UTC)
    draft = x509.CertificateBuilder(subject, subject, key.public_key(), 1, now, now + timedelta(days=1))
    signed = draft.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256())
    return signed.public_bytes(Encoding.PEM).decode()


def build_jwks(*keys: PrivateKeyTypes, **members: str) -> dict[str, object]:
    """Return a JWK Set with the public keys (RFC 7517 §5), each with these further members."""
    kinds = [next(name for kind, name in _KINDS if isinstance(key, kind)) for key in keys]
    imported = [JWKRegistry.import_key(write_pem(key), kind) for key, kind in zip(keys, kinds, strict=True)]
    return {"keys": [{**key.as_dict(private=False), **members} for key in imported]}
