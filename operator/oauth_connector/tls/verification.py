"""TLS contexts that verify servers, and the cause when a server's certificate is refused. All contexts begin here.

From Python 3.13 on, the default context requires what RFC 5280 requires of certificates (`VERIFY_X509_STRICT`), such as
key identifiers, which the authorities of many clusters and companies lack. Who configures an authority trusts it as it
is, as with Go and kubectl; the authorities of the system are held to the rules of Python.
"""

import ssl
from pathlib import Path


def build_client_context(authorities: str | None = None) -> ssl.SSLContext:
    """Build a context that verifies certificates and names, with TLS 1.2 or newer.

    It trusts the given authorities (PEM), or those of the system. Raises `ssl.SSLError` where they are not PEM.
    """
    context = ssl.create_default_context(cadata=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authorities is not None:
        _accept_any_form(context)
    return context


def add_authorities(context: ssl.SSLContext, file: Path | None = None, pem: str | None = None) -> None:
    """Trust further authorities, of a file or as text. Raises `OSError` or `ssl.SSLError` where they are not PEM."""
    context.load_verify_locations(cafile=file, cadata=pem)
    _accept_any_form(context)


def _accept_any_form(context: ssl.SSLContext) -> None:
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT


def find_certificate_error(error: BaseException) -> str | None:
    """Return why OpenSSL refuses a certificate, such as "certificate has expired", from an error or its causes."""
    pending: BaseException | None = error
    while pending is not None:
        nested = getattr(pending, "certificate_error", pending)  # aiohttp's errors hold it as an attribute
        if isinstance(nested, ssl.SSLCertVerificationError):
            return nested.verify_message
        pending = pending.__cause__ or pending.__context__
    return None


def build_reading_context() -> ssl.SSLContext:
    """Build a context that verifies nothing, to read the certificates that a server sends. Send nothing over it."""
    context = build_client_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
