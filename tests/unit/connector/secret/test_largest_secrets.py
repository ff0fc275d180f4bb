"""The largest token response fits into the two Secrets: no write is refused because of its size."""

import json

import pytest
from pydantic import SecretStr

from oauth_connector.connector.effective import list_wanted_members
from oauth_connector.connector.grant.state import GrantState, render_state
from oauth_connector.connector.observation import Connector, InvalidConnector, IssuedToken
from oauth_connector.connector.secret.rendering import render
from oauth_connector.oauth.content_coding import LARGEST_BODY
from oauth_connector.oauth.salvage import LONGEST_TOKEN
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.oauth.token_response import LONGEST_FIELD, parse_token_response
from tests.support.builders import NOW, a_connector, a_spec, any_connector

SECRET = 1024 * 1024
"""Bytes of the values of a Secret, at most: `MaxSecretSize` of the Kubernetes API."""

NAMES = [f"field-{number}" for number in range(16)]
SPEC = a_spec(
    output={
        "formats": [{"type": "JSON", "key": "token.json"}, {"type": "DotEnv", "key": "token.env"}],
        "responseFields": [{"name": name, "key": name} for name in NAMES],
    }
)


def count_bytes(data: dict[str, SecretStr]) -> int:
    """Return the size of the values of a Secret."""
    return sum(len(value.get_secret_value().encode()) for value in data.values())


@pytest.mark.parametrize("character", ["a", '"', "\\", "'", "`"])
@pytest.mark.parametrize("letter", ["x", "\u00e9", "\u20ac", '"'])
def test_the_largest_values_fit(character: str, letter: str) -> None:
    """Every value has its largest size, in characters that the formats escape; a body has no space for all of them."""
    size = LONGEST_FIELD // len(letter.encode())
    fields = {name: SecretStr(letter * size) for name in NAMES}
    token, scope = SecretStr(character * LONGEST_TOKEN), ("s" * (LONGEST_FIELD - 1),)
    issued = IssuedToken(token, "Bearer", NOW, NOW + 3600, "", scope, fields)
    connector = a_connector(SPEC)
    assert count_bytes(dict(render(issued, connector).data)) < SECRET
    assert count_bytes(dict(render_state(GrantState(token, issued), connector).data)) < SECRET


HOSTS = [f"registry-{number}.example.com" for number in range(4)]
LOGINS = [
    {"type": kind, "key": kind, "hosts": HOSTS, "username": "oauth2"}
    for kind in ("DockerConfigJSON", "Netrc", "GitCredentials")
]
LONGEST_IN_A_HEADER = 16 * 1024
"""Bytes: servers refuse longer headers (`large_client_header_buffers` of nginx, `maxHttpHeaderSize` of Tomcat)."""


@pytest.mark.parametrize("character", ["a", '"', "\\", "%"])
def test_all_formats_fit_with_every_token_that_a_header_can_have(character: str) -> None:
    """With four hosts each, all formats together have space for the largest token that a server accepts."""
    spec = a_spec(output={"formats": [{"type": "JSON", "key": "j"}, {"type": "DotEnv", "key": "d"}, *LOGINS]})
    issued = IssuedToken(SecretStr(character * LONGEST_IN_A_HEADER), "Bearer", NOW, NOW + 3600, "")
    assert render(issued, a_connector(spec)).size < SECRET


def test_a_member_is_kept_where_it_is_wanted_and_short() -> None:
    """What is not published is dropped when the response is parsed, and a longer value counts as absent."""
    members = {
        "access_token": "a",
        "field-0": "x" * LONGEST_FIELD,
        "field-1": "\u20ac" * LONGEST_FIELD,
        "id_token": "i",
    }
    body = json.dumps({**members, "other": "x" * 9000}, ensure_ascii=False).encode()
    assert len(body) < LARGEST_BODY
    token = parse_token_response(HTTPResponse(200, {}, body), wanted=list_wanted_members(a_connector(SPEC).spec))
    assert isinstance(token, Token)
    assert set(token.fields) == {"field-0"}
    assert token.offered == ("access_token", "field-0", "id_token", "other")


def test_the_spec_has_no_more_fields() -> None:
    """The bound of the list is that of this test."""
    more = [{"name": str(number), "key": str(number)} for number in range(17)]
    assert isinstance(any_connector(a_spec(output={"responseFields": more})), InvalidConnector)
    assert isinstance(any_connector(a_spec(output={"responseFields": more[1:]})), Connector)
