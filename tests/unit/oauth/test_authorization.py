"""The link that a user opens, and the redirect of the user's browser."""

from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from oauth_connector.oauth.authorization import (
    LONGEST_CODE,
    LONGEST_PARAMETER,
    AuthorizationDenied,
    AuthorizationGranted,
    AuthorizationRequest,
    ExpectedIssuer,
    RedirectFlaw,
    compute_challenge,
    parse_redirect,
)

ENDPOINT = "https://login.example.com/authorize"
REDIRECT_URI = "https://connect.example.com/oauth/callback/team-a/crm"
ISSUER = "https://login.example.com"
ANY_ISSUER = ExpectedIssuer()
KNOWN, NAMED = ExpectedIssuer(ISSUER), ExpectedIssuer(ISSUER, required=True)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
VERIFIERS = st.text("ABCXYZabcxyz0189-._~", min_size=43, max_size=128)


def a_request(endpoint: str = ENDPOINT, **changed: object) -> AuthorizationRequest:
    """Return a request, with the vector of RFC 7636 App. B as its challenge."""
    members: dict[str, object] = {
        "scope": "read write",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        **changed,
    }
    return AuthorizationRequest(endpoint, "robot", REDIRECT_URI, **members)  # type: ignore[arg-type]  # by name


def query(url: str) -> dict[str, list[str]]:
    """Return the parameters of a link."""
    return parse_qs(urlsplit(url).query, keep_blank_values=True)


def test_a_link_has_the_providers_own_names() -> None:
    """TikTok calls the client `client_key` (developers.tiktok.com/doc/login-kit-web); an empty name is not sent."""
    endpoint = f"{ENDPOINT}?client_key=evil&lang=en"
    given = a_request(endpoint, names={"client_id": "client_key", "response_type": ""})
    found = query(given.build_url("xyz"))
    assert (found["client_key"], found["lang"]) == (["robot"], ["en"])
    assert found.keys().isdisjoint({"client_id", "response_type"})


def test_a_link_to_a_pushed_request_has_client_and_reference_alone() -> None:
    """RFC 9126 §4; what the endpoint's own query has of the request's parameters is left out as in any link."""
    given = a_request(f"{ENDPOINT}?scope=admin&lang=en", names={"scope": "scopes"})
    found = query(given.build_pushed_url("urn:example:1"))
    assert found == {"lang": ["en"], "client_id": ["robot"], "request_uri": ["urn:example:1"]}
    unnamed = a_request(f"{ENDPOINT}?scopes=admin", scope="", names={"scope": "scopes"})
    assert "scopes" not in query(unnamed.build_url("xyz"))


def test_link_is_the_rfcs() -> None:
    """RFC 6749 §4.1.1 with RFC 7636 §4.3: these parameters, and none beside them."""
    assert query(a_request().build_url("xyz")) == {
        "response_type": ["code"],
        "client_id": ["robot"],
        "redirect_uri": [REDIRECT_URI],
        "scope": ["read write"],
        "state": ["xyz"],
        "code_challenge": ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"],
        "code_challenge_method": ["S256"],
    }


def test_link_leaves_out_what_is_not_there() -> None:
    """RFC 6749 §3.1: a parameter without a value is omitted; without a challenge there is no method."""
    url = a_request(scope="", code_challenge=None, parameters=[("audience", "")]).build_url("xyz")
    assert query(url).keys() == {"response_type", "client_id", "redirect_uri", "state"}


def test_further_parameters_come_last_and_may_repeat() -> None:
    """In the order in which they are given; RFC 8707 §2 repeats `resource`."""
    url = a_request(parameters=[("prompt", "consent"), ("resource", "urn:b"), ("resource", "urn:a")]).build_url("xyz")
    assert parse_qsl(urlsplit(url).query)[-3:] == [("prompt", "consent"), ("resource", "urn:b"), ("resource", "urn:a")]


@pytest.mark.parametrize(
    "name", ["client_id", "scope", "code_challenge", "redirect%5Furi", "response_mode", "prompt", "Scope", "CLIENT.ID"]
)
def test_the_query_of_the_endpoint_overrides_no_own_parameter(name: str) -> None:
    """Many servers use the first of two values: the user would see one client and scope and authorize another."""
    url = a_request(f"{ENDPOINT}?{name}=evil&p=policy", parameters=[("prompt", "consent")]).build_url("xyz")
    names = [found for found, _ in parse_qsl(urlsplit(url).query)]
    assert "evil" not in url
    assert len(set(names)) == len(names)
    assert query(url)["p"] == ["policy"]


@pytest.mark.parametrize("own", ["tenant=a", "tenant=a&empty=&b=%2F+%20", "flag"])
def test_query_of_the_endpoint_is_kept_to_the_letter(own: str) -> None:
    """RFC 6749 §3.1: the endpoint's own query stays, before the added parameters."""
    url = a_request(f"{ENDPOINT}?{own}").build_url("xyz")
    assert url.startswith(f"{ENDPOINT}?{own}&response_type=code&")


def test_fragment_of_the_endpoint_is_dropped() -> None:
    """RFC 6749 §3.1: an endpoint has none, and parameters after one would not reach the server."""
    assert "#" not in a_request(f"{ENDPOINT}#top").build_url("xyz")


@given(TEXT, TEXT, TEXT)
def test_any_text_arrives_as_it_was_meant(scope: str, state: str, value: str) -> None:
    """No value can add a parameter or end the query."""
    url = a_request(scope=scope, parameters=[("x", value)]).build_url(state)
    assert url.startswith(f"{ENDPOINT}?")
    found = query(url)
    assert (found["scope"], found["state"], found["x"]) == ([scope], [state], [value])
    assert len(found) == 8


@given(TEXT)
def test_link_is_as_another_client_builds_it(state: str) -> None:
    """Authlib makes the same parameters of the same request."""
    expected = prepare_grant_uri(
        ENDPOINT,
        "robot",
        "code",
        REDIRECT_URI,
        "read write",
        state,
        code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        code_challenge_method="S256",
    )
    assert query(a_request().build_url(state)) == query(expected)


def test_challenge_is_the_rfcs() -> None:
    """The vector of RFC 7636 App. B."""
    assert (
        compute_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


@given(VERIFIERS)
def test_challenge_is_as_another_client_computes_it(verifier: str) -> None:
    """Authlib agrees on any verifier."""
    assert compute_challenge(verifier) == create_s256_code_challenge(verifier)


REDIRECTS: dict[
    str, tuple[list[tuple[str, str]], ExpectedIssuer, AuthorizationGranted | AuthorizationDenied | RedirectFlaw]
] = {
    "a code": ([("code", "abc")], ANY_ISSUER, AuthorizationGranted(SecretStr("abc"))),
    "a code from the issuer": (
        [("code", "abc"), ("iss", ISSUER)],
        NAMED,
        AuthorizationGranted(SecretStr("abc"), ISSUER),
    ),
    "a code from whom nobody knows": (
        [("code", "abc"), ("iss", "x")],
        ANY_ISSUER,
        AuthorizationGranted(SecretStr("abc"), "x"),
    ),
    "a code without the issuer, who need not say": ([("code", "abc")], KNOWN, AuthorizationGranted(SecretStr("abc"))),
    "a code without the issuer, who must say": ([("code", "abc")], NAMED, RedirectFlaw.ISSUER_MISSING),
    "a code from another issuer": ([("code", "abc"), ("iss", f"{ISSUER}/")], KNOWN, RedirectFlaw.ISSUER_MISMATCH),
    "an issuer in capitals": ([("code", "abc"), ("iss", ISSUER.upper())], KNOWN, RedirectFlaw.ISSUER_MISMATCH),
    "an empty issuer": ([("code", "abc"), ("iss", "")], KNOWN, RedirectFlaw.ISSUER_MISMATCH),
    "a refusal": ([("error", "access_denied")], ANY_ISSUER, AuthorizationDenied("access_denied")),
    "a refusal that says why": (
        [("error", "access_denied"), ("error_description", "no"), ("error_uri", "https://x")],
        ANY_ISSUER,
        AuthorizationDenied("access_denied"),
    ),
    "a refusal from another issuer": ([("error", "access_denied"), ("iss", "x")], KNOWN, RedirectFlaw.ISSUER_MISMATCH),
    "a refusal without the issuer, who must say": ([("error", "access_denied")], NAMED, RedirectFlaw.ISSUER_MISSING),
    "a refusal without a form": ([("error", '<a href="x">')], ANY_ISSUER, AuthorizationDenied("error")),
    "an endless refusal": ([("error", "e" * 65)], ANY_ISSUER, AuthorizationDenied("error")),
    "an empty refusal": ([("error", "")], ANY_ISSUER, AuthorizationDenied("error")),
    "code and error": ([("code", "abc"), ("error", "access_denied")], ANY_ISSUER, RedirectFlaw.CODE_AND_ERROR),
    "nothing": ([], ANY_ISSUER, RedirectFlaw.NEITHER),
    "an empty code": ([("code", "")], ANY_ISSUER, RedirectFlaw.NEITHER),
    "a code of no printable characters": ([("code", "a\nb")], ANY_ISSUER, RedirectFlaw.NEITHER),
    "a code beyond ASCII": ([("code", "é")], ANY_ISSUER, RedirectFlaw.NEITHER),
    "two codes": ([("code", "a"), ("code", "b")], ANY_ISSUER, RedirectFlaw.DUPLICATE_PARAMETER),
    "the same code twice": ([("code", "a"), ("code", "a")], ANY_ISSUER, RedirectFlaw.DUPLICATE_PARAMETER),
    "an unknown parameter twice": (
        [("code", "a"), ("x", "1"), ("x", "2")],
        ANY_ISSUER,
        RedirectFlaw.DUPLICATE_PARAMETER,
    ),
    "the longest code": (
        [("code", "a" * LONGEST_CODE)],
        ANY_ISSUER,
        AuthorizationGranted(SecretStr("a" * LONGEST_CODE)),
    ),
    "a code that is too long": ([("code", "a" * (LONGEST_CODE + 1))], ANY_ISSUER, RedirectFlaw.TOO_LONG),
    "a parameter that is too long": (
        [("code", "a"), ("x", "y" * (LONGEST_PARAMETER + 1))],
        ANY_ISSUER,
        RedirectFlaw.TOO_LONG,
    ),
}


@pytest.mark.parametrize(("pairs", "issuer", "expected"), REDIRECTS.values(), ids=REDIRECTS)
def test_redirect_is_understood(
    pairs: list[tuple[str, str]],
    issuer: ExpectedIssuer,
    expected: AuthorizationGranted | AuthorizationDenied | RedirectFlaw,
) -> None:
    """RFC 6749 §4.1.2 and §3.1, RFC 9207 §2.4: what each redirect means, and what cannot be gone on with."""
    assert parse_redirect(pairs, issuer) == expected


def test_only_the_expected_parameters_are_kept() -> None:
    """Some providers name the account's host in the redirect; all other parameters are dropped."""
    pairs = [("code", "abc"), ("location", "eu"), ("accounts-server", "https://accounts.zoho.eu")]
    answer = parse_redirect(pairs, ANY_ISSUER, keep=["accounts-server", "absent"])
    assert isinstance(answer, AuthorizationGranted)
    assert answer.extra == {"accounts-server": "https://accounts.zoho.eu"}


def test_code_shows_in_no_representation() -> None:
    """A parsed redirect may be printed by mistake."""
    assert "c4n4ry" not in repr(parse_redirect([("code", "c4n4ry")], ANY_ISSUER))


@given(st.lists(st.tuples(st.sampled_from(["code", "error", "iss", "x"]), st.text(max_size=8))), st.booleans())
def test_any_redirect_is_understood_somehow(pairs: list[tuple[str, str]], required: bool) -> None:  # noqa: FBT001  # drawn
    """Nothing is raised, and no code is read from a redirect with a repeated parameter."""
    answer = parse_redirect(pairs, ExpectedIssuer(ISSUER, required))
    if isinstance(answer, AuthorizationGranted):
        assert len(dict(pairs)) == len(pairs)
        assert answer.iss in {None, ISSUER}
