"""Token requests to the letter of RFC 6749, and as other clients build them."""

import base64
from urllib.parse import parse_qs, parse_qsl

import pytest
from authlib.oauth2.auth import encode_client_secret_basic
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from oauth_connector.oauth.client_auth.basic import BasicClient, BasicEncoding
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_auth.none import PublicClient
from oauth_connector.oauth.client_auth.post import PostClient
from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.grants.authorization_code import AuthorizationCode
from oauth_connector.oauth.grants.client_credentials import ClientCredentials
from oauth_connector.oauth.grants.grant import Grant
from oauth_connector.oauth.grants.password import Password
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.token_request import (
    RESERVED_PARAMETERS,
    TokenRequest,
    TokenRequestParameters,
    build_token_request,
    split_scope,
)

CALLBACK = "https://connect.example.com/oauth/callback/team-a/crm"
URL = "https://login.example.com/token?tenant=a"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


def a_client(
    secret: str | None = "s3cret",
    authentication: ClientAuthentication = ClientAuthentication.BASIC,
    encoding: BasicEncoding = BasicEncoding.FORM,
) -> Client:
    """Return a client."""
    if secret is None:
        return PublicClient("robot")
    if authentication is ClientAuthentication.POST:
        return PostClient("robot", SecretStr(secret))
    return BasicClient("robot", SecretStr(secret), encoding)


def built(client: Client, grant: Grant | None = None, **parameters: object) -> TokenRequest:
    """Build a request."""
    extra = TokenRequestParameters(**parameters)  # type: ignore[arg-type]  # by name
    return build_token_request(RequestContext(0.0, URL), grant or ClientCredentials(), client, extra)


def form(request: TokenRequest) -> dict[str, list[str]]:
    """Return the form of a request."""
    return parse_qs(request.body.decode())


def header(request: TokenRequest, name: str) -> str | None:
    """Return a header of a request."""
    return dict(request.headers).get(name)


def test_a_client_credentials_request_is_the_rfcs() -> None:
    """RFC 6749 §4.4.2: the grant in the form, the client in the header, nothing else."""
    request = built(a_client())
    assert form(request) == {"grant_type": ["client_credentials"]}
    assert header(request, "Authorization") == "Basic " + base64.b64encode(b"robot:s3cret").decode()
    assert header(request, "Content-Type") == "application/x-www-form-urlencoded"
    assert header(request, "Accept") == "application/json"


def test_a_password_request_is_the_rfcs() -> None:
    """RFC 6749 §4.3.2: name and password in the form."""
    request = built(a_client(), Password(SecretStr("ann"), SecretStr("p&w")))
    assert form(request) == {"grant_type": ["password"], "username": ["ann"], "password": ["p&w"]}


def test_a_code_request_is_the_rfcs() -> None:
    """RFC 6749 §4.1.3 with RFC 7636 §4.5: the code, where it came back to, and the verifier."""
    grant = AuthorizationCode(SecretStr("SplxlOBeZQQYbYS6WxSbIA"), CALLBACK, SecretStr("v3r1f13r"))
    assert parse_qsl(built(a_client(), grant).body.decode()) == [
        ("grant_type", "authorization_code"),
        ("code", "SplxlOBeZQQYbYS6WxSbIA"),
        ("redirect_uri", CALLBACK),
        ("code_verifier", "v3r1f13r"),
    ]


def test_a_code_without_a_challenge_is_sent_without_a_verifier() -> None:
    """If PKCE is disabled, the parameter is omitted and not empty."""
    request = built(a_client(), AuthorizationCode(SecretStr("abc"), CALLBACK))
    assert "code_verifier" not in form(request)


def test_a_public_client_names_itself_beside_its_code() -> None:
    """RFC 6749 §4.1.3: `client_id` is required of a client that does not authenticate."""
    client = a_client(secret=None)
    request = built(client, AuthorizationCode(SecretStr("abc"), CALLBACK, SecretStr("v3r1f13r")))
    assert form(request)["client_id"] == ["robot"]
    assert header(request, "Authorization") is None


def test_a_refresh_request_is_the_rfcs() -> None:
    """RFC 6749 §6: the refresh token, and no scope, so that what was granted stays."""
    request = built(a_client(), RefreshToken(SecretStr("tGzv3JOkF0XG5Qx2TlKWIA")))
    assert form(request) == {"grant_type": ["refresh_token"], "refresh_token": ["tGzv3JOkF0XG5Qx2TlKWIA"]}


@given(TEXT, TEXT, TEXT)
def test_grants_of_consent_are_as_another_client_sends_them(code: str, verifier: str, refresh: str) -> None:
    """Authlib makes the same forms of the same values, whatever characters they hold."""
    by_code = built(a_client(), AuthorizationCode(SecretStr(code), CALLBACK, SecretStr(verifier)))
    expected = prepare_token_request("authorization_code", "", CALLBACK, code=code, code_verifier=verifier)
    assert parse_qs(by_code.body.decode()) == parse_qs(expected)
    by_token = built(a_client(), RefreshToken(SecretStr(refresh)))
    assert parse_qs(by_token.body.decode()) == parse_qs(
        prepare_token_request("refresh_token", "", refresh_token=refresh)
    )


def test_the_form_is_encoded_as_appendix_b_says() -> None:
    """RFC 6749 App. B: the vector of its example, in UTF-8."""
    assert b"audience=+%25%26%2B%C2%A3%E2%82%AC" in built(a_client(), audience=" %&+£€").body


def test_the_urls_own_query_is_kept() -> None:
    """RFC 6749 §3.2: a query of the endpoint's URL stays where it is, and no credential joins it."""
    request = built(a_client(authentication=ClientAuthentication.POST))
    assert request.url == URL


@pytest.mark.parametrize("name", ["grant_type", "GRANT_TYPE", "grant.type", "%67rant_type", "client_id", "scope"])
def test_a_reserved_parameter_of_a_discovered_endpoint_is_not_sent(name: str) -> None:
    """A server that reads the query first would see another grant, client or scope than those in the body."""
    context = RequestContext(0, token_endpoint=f"https://login.example.com/token?{name}=evil&tenant=a%20b&flag")
    request = build_token_request(context, ClientCredentials(), a_client(), TokenRequestParameters())
    assert request.url == "https://login.example.com/token?tenant=a%20b&flag"


def test_scopes_are_joined_by_the_wire_separator() -> None:
    """A space by RFC 6749 §3.3, a comma where a provider wants it."""
    assert form(built(a_client(), scopes=("a", "b")))["scope"] == ["a b"]
    assert form(built(a_client(), scopes=("a", "b"), separator=","))["scope"] == ["a,b"]


def test_resources_are_repeated_and_empty_values_left_out() -> None:
    """RFC 8707 §2 repeats `resource`; RFC 6749 §3.2 omits what has no value and repeats nothing else."""
    request = built(a_client(), audience="", resources=("urn:a", "urn:b"), extra={"soid": "Zoho.1", "empty": ""})
    pairs = parse_qsl(request.body.decode(), keep_blank_values=True)
    assert pairs == [
        ("grant_type", "client_credentials"),
        ("resource", "urn:a"),
        ("resource", "urn:b"),
        ("soid", "Zoho.1"),
    ]


@pytest.mark.parametrize("name", sorted(RESERVED_PARAMETERS))
def test_a_reserved_parameter_is_refused(name: str) -> None:
    """A parameter with a field of its own cannot be repeated as an extra parameter."""
    with pytest.raises(ValueError, match=name):
        built(a_client(), extra={name: "x"})


def test_post_sends_the_client_in_the_form_only() -> None:
    """RFC 6749 §2.3: exactly one method of authentication."""
    request = built(a_client(authentication=ClientAuthentication.POST))
    assert form(request)["client_secret"] == ["s3cret"]
    assert header(request, "Authorization") is None


def test_a_public_client_only_names_itself() -> None:
    """RFC 6749 §3.2.1: without authentication the client id is in the form."""
    request = built(a_client(secret=None))
    assert form(request)["client_id"] == ["robot"]
    assert "client_secret" not in form(request)


@given(TEXT, TEXT)
def test_a_form_encoded_basic_header_survives_both_ways_of_decoding(identifier: str, secret: str) -> None:
    """RFC 6749 §2.3.1: servers that decode forms and servers that decode percent signs read the same."""
    from urllib.parse import unquote, unquote_plus  # noqa: PLC0415  # this test's own

    client = BasicClient(identifier, SecretStr(secret))
    sent = base64.b64decode((header(built(client), "Authorization") or "").removeprefix("Basic ")).decode()
    left, right = sent.split(":")
    assert [unquote(left), unquote(right)] == [unquote_plus(left), unquote_plus(right)] == [identifier, secret]


def test_basic_client_of_a_resource_is_named_in_the_form_too() -> None:
    """The servers of the MCP SDKs find the client by `client_id` in the form, also beside the header."""
    context = RequestContext(0.0, URL, named_hosts=frozenset({"mcp.example.com"}))
    request = build_token_request(context, ClientCredentials(), a_client(), TokenRequestParameters())
    assert header(request, "Authorization") == header(built(a_client()), "Authorization")
    assert form(request) == {**form(built(a_client())), "client_id": ["robot"]}
    assert "client_id" not in form(built(a_client()))


def test_a_raw_basic_header_is_as_other_clients_send_it() -> None:
    """`Raw` is what Authlib sends, for servers that do not decode."""
    client = a_client("a b:c%+", encoding=BasicEncoding.RAW)
    _, headers, _ = encode_client_secret_basic(_Oracle("robot", "a b:c%+"), "POST", URL, {}, "")
    assert header(built(client), "Authorization") == headers["Authorization"]


class _Oracle:
    """The attributes of a client that Authlib reads."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        self.client_id = client_id
        self.client_secret = client_secret


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        ("a b", ("a", "b")),
        ("a,b", ("a", "b")),
        (" a ,\tb\n, a ", ("a", "b")),
        ("", ()),
        ("ZohoCRM.modules.ALL,ZohoCRM.users.ALL", ("ZohoCRM.modules.ALL", "ZohoCRM.users.ALL")),
    ],
)
def test_pasted_scopes_are_split(text: str, scopes: tuple[str, ...]) -> None:
    """Commas, white space, or both; none twice."""
    assert split_scope(text) == scopes


GRANTS = (
    Password(SecretStr("ann"), SecretStr("c4n4ry")),
    AuthorizationCode(SecretStr("c4n4ry"), CALLBACK, SecretStr("c4n4ry")),
    RefreshToken(SecretStr("c4n4ry")),
)


@pytest.mark.parametrize("grant", GRANTS, ids=lambda grant: type(grant).__name__)
def test_no_secret_shows_in_a_representation(grant: Grant) -> None:
    """A request can be printed by mistake, and so can a grant."""
    for authentication in (ClientAuthentication.BASIC, ClientAuthentication.POST):
        request = built(a_client("c4n4ry", authentication), grant)
        assert "c4n4ry" not in repr(request) + repr(grant)
        assert base64.b64encode(b"robot:c4n4ry").decode() not in repr(request)
