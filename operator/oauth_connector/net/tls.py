"""TLS contexts: the system's authorities, the operator's bundle, what a connector adds, and a client certificate."""

import hashlib
import os
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from oauth_connector.oauth.request_context import TLSIdentity, TLSOptions
from oauth_connector.tls.verification import add_authorities, build_client_context

LONGEST, MOST = 128 * 1024, 100
"""Characters and certificates of a connector's bundle: loading a megabyte blocks the process for half a second."""

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")


class BadCertificatesError(ValueError):
    """A CA bundle is not PEM, or is too large."""


class BadIdentityError(ValueError):
    """A client certificate or its private key cannot be used."""


def name_tls(bundle: Path | None, tls: TLSOptions) -> str:
    """Return a name for TLS options: the same bundle file, unchanged, and the same options give the same name."""
    changed = bundle.stat().st_mtime_ns if bundle is not None and bundle.exists() else 0
    identity = (tls.identity.certificate_chain, tls.identity.private_key.get_secret_value()) if tls.identity else ()
    return hashlib.sha256(repr((changed, tls.extra_trust or "", identity, tls.is_public_only)).encode()).hexdigest()


def _find_certificates(text: str) -> str:
    """Return the certificates of a bundle without the text between them."""
    blocks = _BLOCK.findall(text) if len(text) <= LONGEST else []
    if not 0 < len(blocks) <= MOST:
        raise BadCertificatesError("no PEM certificates, or too many")
    return "\n".join(blocks)


def make_ssl_context(bundle: Path | None, tls: TLSOptions) -> ssl.SSLContext:
    """Make a context that verifies names, TLS 1.2 or newer. Raises `BadCertificatesError` or `BadIdentityError`.

    With the system's bundle it takes 20 ms of CPU and most of a megabyte: keep it.
    """
    context = build_client_context()
    try:
        if bundle is not None:
            add_authorities(context, file=bundle)
        if tls.extra_trust:
            add_authorities(context, pem=_find_certificates(tls.extra_trust))
    except (ssl.SSLError, OSError, ValueError, TypeError):
        raise BadCertificatesError("not PEM certificates") from None
    if tls.identity is not None:
        _load_identity(context, tls.identity)
    return context


def _load_identity(context: ssl.SSLContext, identity: TLSIdentity) -> None:
    """Load a client certificate (RFC 8705 §2), which OpenSSL reads from a file only. Raises `BadIdentityError`."""
    pem = f"{identity.private_key.get_secret_value()}\n{identity.certificate_chain}"
    try:
        with lend_private_file(pem.encode("ascii"), in_memory=hasattr(os, "memfd_create")) as path:
            context.load_cert_chain(path, password=_refuse_password)
    except (ssl.SSLError, OSError, ValueError):
        raise BadIdentityError("not a certificate chain in PEM with its private key") from None


@contextmanager
def lend_private_file(content: bytes, *, in_memory: bool) -> Iterator[str]:
    """Lend a file that no other user can read: on Linux in memory, because the root file system may be read-only."""
    if in_memory:
        with os.fdopen(os.memfd_create("identity"), "wb") as file:
            file.write(content)
            file.flush()
            yield f"/proc/self/fd/{file.fileno()}"
        return
    with NamedTemporaryFile() as file:  # mode 0600
        file.write(content)
        file.flush()
        yield file.name


def _refuse_password() -> str:
    """Fail where a key is encrypted; without this OpenSSL reads the password from the terminal."""
    raise ValueError("the private key is encrypted")
