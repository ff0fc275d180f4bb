"""Addresses of the consent server and of loopback: each connector's are its own."""

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from oauth_connector.api.v1alpha1.authorization_code import RedirectURI
from oauth_connector.consent_protocol.addresses import (
    callback_path,
    connect_path,
    connector_path,
    is_loopback,
    redirect_uri,
)

NAMES = st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,20}[a-z0-9])?", fullmatch=True)
PATHS = (callback_path, connect_path, connector_path)
OWN = callback_path("team-a", "crm")
ADAPTER = TypeAdapter(RedirectURI)


@given(NAMES, NAMES)
def test_paths_of_kubernetes_names_need_no_escape(namespace: str, name: str) -> None:
    """The provider compares the redirect URI to the letter, so it must read the same everywhere."""
    for path in PATHS:
        assert path(namespace, name).endswith(f"/{namespace}/{name}")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), NAMES)
def test_a_name_cannot_change_the_path(namespace: str, name: str) -> None:
    """Any name stays within its path: it adds no query, fragment or host."""
    for path in PATHS:
        found = urlsplit(path(namespace, name))
        assert (found.scheme, found.netloc, found.query, found.fragment) == ("", "", "", "")
        assert unquote(found.path).endswith(f"/{namespace}/{name}")


@given(st.tuples(NAMES, NAMES), st.tuples(NAMES, NAMES))
def test_different_connectors_have_different_redirect_uris(one: tuple[str, str], other: tuple[str, str]) -> None:
    """A code for one connector can never come to the address of another (RFC 9700 §4.4)."""
    uris = {redirect_uri("https://connect.example.com", *names) for names in (one, other)}
    assert len(uris) == len({one, other})


@pytest.mark.parametrize("public_url", ["https://connect.example.com", "https://connect.example.com/"])
def test_redirect_uri_has_one_slash_behind_the_host(public_url: str) -> None:
    """Every notation of the public URL gives the same redirect URI."""
    assert redirect_uri(public_url, "team-a", "crm") == "https://connect.example.com/oauth/callback/team-a/crm"


def test_redirect_uri_keeps_the_path_of_the_public_url() -> None:
    """The consent server may live below a path of a shared host."""
    uri = redirect_uri("https://tools.example.com/oauth-connector/", "team-a", "crm")
    assert uri == "https://tools.example.com/oauth-connector/oauth/callback/team-a/crm"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
@given(port=st.integers(1000, 65535))
def test_loopback_with_the_path_of_the_connector_is_accepted(host: str, port: int) -> None:
    """RFC 8252 §7.3: any port of the requester's machine that is a user's to take."""
    assert is_loopback(f"http://{host}:{port}{OWN}", "team-a", "crm")


NOT_LOOPBACK = {
    "another connector's path": f"http://127.0.0.1:8765{callback_path('team-a', 'erp')}",
    "another namespace's path": f"http://127.0.0.1:8765{callback_path('team-b', 'crm')}",
    "no path": "http://127.0.0.1:8765",
    "a longer path": f"http://127.0.0.1:8765{OWN}/",
    "a query": f"http://127.0.0.1:8765{OWN}?x=1",
    "no port": f"http://127.0.0.1{OWN}",
    "a privileged port": f"http://127.0.0.1:80{OWN}",
    "a port with a leading zero": f"http://127.0.0.1:08765{OWN}",
    "HTTPS": f"https://127.0.0.1:8765{OWN}",
    "another address of loopback": f"http://127.0.0.2:8765{OWN}",
    "a name that begins with an address": f"http://127.0.0.1.example.com:8765{OWN}",
    "a name that begins with localhost": f"http://localhost.example.com:8765{OWN}",
    "a user before the address": f"http://127.0.0.1:8765@example.com{OWN}",
    "another notation of the address": f"http://127.1:8765{OWN}",
    "a line break behind it": f"http://127.0.0.1:8765{OWN}\n",
}


@pytest.mark.parametrize("uri", NOT_LOOPBACK.values(), ids=NOT_LOOPBACK)
def test_another_address_is_not_the_loopback_of_the_connector(uri: str) -> None:
    """A code is sent only to this machine and this connector."""
    assert not is_loopback(uri, "team-a", "crm")


@given(st.text(max_size=60))
def test_any_text_is_handled(uri: str) -> None:
    """Any text of a spec is handled without an error."""
    assert not is_loopback(uri, "team-a", "crm")


@given(st.sampled_from(["127.0.0.1", "[::1]", "localhost"]), st.integers(1000, 65535))
def test_spec_accepts_every_loopback_address(host: str, port: int) -> None:
    """A spec may contain every address that the operator checks afterwards."""
    assert ADAPTER.validate_python(f"http://{host}:{port}{OWN}")


@pytest.mark.parametrize("uri", ["http://example.com/callback", "http://127.0.0.1/callback", "https://a b", ""])
def test_spec_refuses_what_is_neither_https_nor_loopback(uri: str) -> None:
    """A code never travels in the clear between machines (RFC 9700 §2.1.1)."""
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(uri)
