"""The certificates that a server sends, for the eyes of a user: names and dates, whether they are trusted or not."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

LONGEST_NAME, MOST_NAMES = 200, 10
"""Characters of a name, and host names of a certificate, that are shown."""


@dataclass(frozen=True, slots=True)
class SentCertificate:
    """One certificate of a chain: its subject and issuer, from when and until when it is valid, its host names."""

    subject: str
    issuer: str
    begins: datetime
    ends: datetime
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the certificate as a line."""
        names = f" for {', '.join(self.names)}" if self.names else ""
        return f"{self.subject}{names}, signed by {self.issuer}, valid {self.begins:%FT%TZ} to {self.ends:%FT%TZ}"


def read_chain(channel: ssl.SSLObject) -> tuple[SentCertificate, ...]:
    """Return the certificates that a server has sent, its own first; none where one of them cannot be read."""
    # public from Python 3.13 on; before, the object inside has the same method
    if hasattr(channel, "get_unverified_chain"):
        sent: Sequence[bytes] = channel.get_unverified_chain() or ()
    else:
        inside = channel._sslobj  # type: ignore[attr-defined]  # noqa: SLF001  # as above
        sent = [ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in inside.get_unverified_chain() or ()]
    try:
        return tuple(map(_read_certificate, sent))
    except ValueError:
        return ()


def _read_certificate(der: bytes) -> SentCertificate:
    read = x509.load_der_x509_certificate(der)
    try:
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        names = x509.SubjectAlternativeName([])
    return SentCertificate(
        _describe_name(read.subject),
        _describe_name(read.issuer),
        read.not_valid_before_utc,
        read.not_valid_after_utc,
        tuple(_shorten(str(name.value)) for name in names if isinstance(name, x509.DNSName | x509.IPAddress))[
            :MOST_NAMES
        ],
    )


def _describe_name(name: x509.Name) -> str:
    return _shorten(name.rfc4514_string() or "no name")


def _shorten(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text[:LONGEST_NAME])  # it is printed to terminals
