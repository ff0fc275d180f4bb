"""Server certificates with one fault each, and the chain that a server sends with them."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.support.certificates import LOOPBACK


@dataclass(frozen=True)
class Subject:
    """The holder of a certificate: its name, its key, and from how many days before now until how many after."""

    name: str
    key: EllipticCurvePrivateKey
    days: tuple[int, int] = (-2, 2)
    names: tuple[x509.GeneralName, ...] = ()


def new_subject(name: str, days: tuple[int, int] = (-2, 2), names: tuple[x509.GeneralName, ...] = ()) -> Subject:
    """Return a subject with a new key; one with host names is a server, any other an authority."""
    return Subject(name, generate_private_key(SECP256R1()), days, names)


def sign(subject: Subject, signer: Subject) -> str:
    """Return the certificate of a subject in PEM."""
    now = datetime.now(UTC)
    draft = x509.CertificateBuilder(
        issuer_name=x509.Name.from_rfc4514_string(f"CN={signer.name}"),
        subject_name=x509.Name.from_rfc4514_string(f"CN={subject.name}"),
        public_key=subject.key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now + timedelta(days=subject.days[0]),
        not_valid_after=now + timedelta(days=subject.days[1]),
    )
    if subject.names:
        draft = draft.add_extension(x509.SubjectAlternativeName(subject.names), critical=False)
    else:
        draft = draft.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return draft.sign(signer.key, SHA256()).public_bytes(Encoding.PEM).decode()


@dataclass(frozen=True)
class ServerChain:
    """What a server sends, and the authority that its clients may trust."""

    context: ssl.SSLContext
    authority: str


def make_chain(folder: Path, fault: str) -> ServerChain:
    """Return the context of a server on loopback whose certificates have a fault; any other word means none."""
    days = {"expired": (-2, -1), "not yet valid": (1, 2)}.get(fault, (-2, 2))
    names: tuple[x509.GeneralName, ...] = (x509.DNSName("other.example"),) if fault == "another host" else LOOPBACK
    root, middle, server = new_subject("Root"), new_subject("Intermediate"), new_subject("Server", days, names)
    authority, between = sign(root, root), sign(middle, root)
    sent = {
        "self-signed": [sign(server, server)],
        "missing intermediate": [sign(server, middle)],
        "root sent": [sign(server, middle), between, authority],
    }.get(fault, [sign(server, middle), between])
    file = folder / "server.pem"
    key = server.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    file.write_text("".join([*sent, key]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return ServerChain(context, authority)
