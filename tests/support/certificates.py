"""A private certificate authority and a server certificate, created for each test that needs them."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from devtools.authorization_servers.registrations import TLS

LOOPBACK: tuple[x509.GeneralName, ...] = (x509.IPAddress(IPv4Address("127.0.0.1")), x509.DNSName("localhost"))
AUTHORITY = x509.Name.from_rfc4514_string("CN=Private CA of the tests")
SERVER = x509.Name.from_rfc4514_string("CN=Server of the tests")


def make_tls(
    folder: Path, names: tuple[x509.GeneralName, ...] = LOOPBACK, days: int = 1, *, key_identifiers: bool = True
) -> TLS:
    """Write ca.pem, server.pem and server.key; the certificate is valid for this number of days, 0 means expired.

    Without `key_identifiers` the certificates have the form of many private authorities.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = TLS(folder / "server.pem", folder / "server.key", folder / "ca.pem")
    authority, key = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    drafts = (_authority(authority), _certificate(key, authority, names, days))
    if not key_identifiers:
        drafts = (_draft_of_authority(authority), _draft_of_server(key, names, days))
    for file, draft in zip((files.ca, files.certificate), drafts, strict=True):
        file.write_bytes(draft.sign(authority, SHA256()).public_bytes(Encoding.PEM))
    files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def _authority(key: EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return _draft_of_authority(key).add_extension(identifier, critical=False)


def _draft_of_authority(key: EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    constraints = x509.BasicConstraints(ca=True, path_length=0)
    return _draft(AUTHORITY, key, days=1).add_extension(constraints, critical=True)


def _certificate(
    key: EllipticCurvePrivateKey,
    authority: EllipticCurvePrivateKey,
    names: tuple[x509.GeneralName, ...],
    days: int,
) -> x509.CertificateBuilder:
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    return _draft_of_server(key, names, days).add_extension(signer, critical=False)


def _draft_of_server(
    key: EllipticCurvePrivateKey, names: tuple[x509.GeneralName, ...], days: int
) -> x509.CertificateBuilder:
    return _draft(SERVER, key, days).add_extension(x509.SubjectAlternativeName(names), critical=False)


def _draft(subject: x509.Name, key: EllipticCurvePrivateKey, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(
        issuer_name=AUTHORITY,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=2),
        not_valid_after=now + timedelta(days=days) - timedelta(seconds=1),
    )
