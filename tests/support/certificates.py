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


def make_tls(folder: Path, names: tuple[x509.GeneralName, ...] = LOOPBACK, days: int = 1) -> TLS:
    """Write ca.pem, server.pem and server.key; the certificate is valid for this number of days, 0 means expired."""
    folder.mkdir(parents=True, exist_ok=True)
    files = TLS(folder / "server.pem", folder / "server.key", folder / "ca.pem")
    authority, key = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    files.ca.write_bytes(_authority(authority))
    files.certificate.write_bytes(_certificate(key, authority, names, days))
    files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def _authority(key: EllipticCurvePrivateKey) -> bytes:
    draft = (
        _draft(AUTHORITY, key, days=1)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return draft.sign(key, SHA256()).public_bytes(Encoding.PEM)


def _certificate(
    key: EllipticCurvePrivateKey,
    authority: EllipticCurvePrivateKey,
    names: tuple[x509.GeneralName, ...],
    days: int,
) -> bytes:
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    draft = (
        _draft(SERVER, key, days)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(signer, critical=False)
    )
    return draft.sign(authority, SHA256()).public_bytes(Encoding.PEM)


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
