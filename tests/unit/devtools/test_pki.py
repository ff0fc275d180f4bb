"""Certificates of the control plane have the names, groups and lifetimes that its programs need."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from devtools.cluster.pki import Authority, signing_key


def load_certificate(path: Path) -> x509.Certificate:
    """Read a certificate."""
    return x509.load_pem_x509_certificate(path.read_bytes())


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Return an authority of the test."""
    return Authority(tmp_path, "test")


def test_a_server_certificate_has_all_names_for_two_days(authority: Authority) -> None:
    """The certificate is valid for the addresses and names of the API server, and for at most two days."""
    certificate, _ = authority.server("api", ["127.0.0.1", "localhost"])
    names = load_certificate(certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    load_certificate(certificate).verify_directly_issued_by(load_certificate(authority.certificate))
    assert (load_certificate(certificate).not_valid_after_utc - datetime.now(UTC)).days <= 2


def test_client_is_a_user_in_a_group(authority: Authority) -> None:
    """Kubernetes reads the user from the common name and the group from the organization."""
    certificate, _ = authority.client("system:someone", "some:group")
    assert load_certificate(certificate).subject.rfc4514_string() == "CN=system:someone,O=some:group"
    usage = load_certificate(certificate).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_keys_are_readable_by_their_owner_only(authority: Authority, tmp_path: Path) -> None:
    """Other users may not read a private key."""
    keys = [authority.client("admin")[1], authority.server("api", [])[1], signing_key(tmp_path / "accounts.key")]
    assert [key.stat().st_mode & 0o777 for key in keys] == [0o600] * 3
