"""Whom we trust: the system's authorities, the operator's bundle, and what a connector adds."""

import hashlib
import re
import ssl
from pathlib import Path

LONGEST, MOST = 128 * 1024, 100
"""Characters and certificates of a connector's bundle: to load a megabyte of them stops everybody for half a second."""

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")


class BadCertificatesError(ValueError):
    """Text that should be PEM certificates and is not, or is too much of it."""


def trust_name(bundle: Path | None, extra: str | None) -> str:
    """Name a trust: the same bundle file, unchanged, and the same text give the same name."""
    changed = bundle.stat().st_mtime_ns if bundle is not None and bundle.exists() else 0
    return hashlib.sha256(f"{changed}/{extra or ''}".encode()).hexdigest()


def _certificates(text: str) -> str:
    """Give the certificates of a bundle without what stands between them, which may be in any language."""
    blocks = _BLOCK.findall(text) if len(text) <= LONGEST else []
    if not 0 < len(blocks) <= MOST:
        raise BadCertificatesError("no PEM certificates, or too many")
    return "\n".join(blocks)


def context(bundle: Path | None, extra: str | None) -> ssl.SSLContext:
    """Make a context that verifies names, TLS 1.2 or newer. Raises `BadCertificatesError`.

    With the system's bundle it takes 20 ms of CPU and most of a megabyte: keep it.
    """
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if bundle is not None:
            made.load_verify_locations(cafile=bundle)
        if extra:
            made.load_verify_locations(cadata=_certificates(extra))
    except (ssl.SSLError, OSError, ValueError, TypeError):
        raise BadCertificatesError("not PEM certificates") from None
    return made
