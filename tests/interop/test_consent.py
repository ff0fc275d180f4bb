"""The authorization code grant with PKCE, from the link to the token, at real servers with real pages."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import Authentication, TokenPolicy
from oauth_connector.api.schema.urls import is_url
from oauth_connector.oauth.authorization import (
    AuthorizationDenied,
    AuthorizationGranted,
    ExpectedIssuer,
    RedirectFlaw,
    parse_redirect,
)
from oauth_connector.oauth.metadata import ServerMetadata, list_well_known_urls, parse_metadata
from oauth_connector.oauth.token import Token
from tests.interop.consenting import OFFLINE, REDIRECT_URI, STATE, Asking, asking, error_of
from tests.interop.exchanging import fetch
from tests.support.http_user import UnexpectedPage

AUTHENTICATIONS: tuple[Authentication, ...] = ("client_secret_basic", "client_secret_post", "none")
METADATA_AT = {"canaille": 0, "oidc_provider": -1}
OTHER_VERIFIER = "another-verifier-of-forty-three-characters-"


@pytest.mark.parametrize("authentication", AUTHENTICATIONS)
async def test_consent_leads_to_a_live_token_that_can_be_refreshed(
    authentication: Authentication, server: AuthorizationServer
) -> None:
    """Login, consent, redirect, exchange; a public client uses PKCE and needs no secret."""
    client = server.register(authentication=authentication, redirect_uris=[REDIRECT_URI], lifetime=50)
    token = await Asking(server, client).token()
    assert (token.lifetime, token.scope) == (50, ("read", "write"))
    assert token.refresh_token is not None
    assert server.is_live(token.access_token)


async def test_redirect_names_state_and_issuer(server: AuthorizationServer) -> None:
    """The redirect has the state as it was sent, and `iss` names the issuer (RFC 9207)."""
    pairs = await asking(server).redirect()
    assert {name for name, _ in pairs} == {"code", "state", "iss"}
    assert {("state", STATE), ("iss", server.issuer)} <= set(pairs)


async def test_answer_of_another_issuer_is_not_believed(server: AuthorizationServer) -> None:
    """A client that expects another issuer gets no code from the redirect."""
    pairs = await asking(server).redirect()
    assert (
        parse_redirect(pairs, ExpectedIssuer("https://login.example.com", required=True))
        is RedirectFlaw.ISSUER_MISMATCH
    )


@pytest.mark.parametrize("fixture", METADATA_AT)
async def test_metadata_name_the_authorization_endpoint(fixture: str, request: pytest.FixtureRequest) -> None:
    """The authorization endpoint of the metadata is the one that these tests use."""
    server: AuthorizationServer = request.getfixturevalue(fixture)
    answer = await fetch(list_well_known_urls(server.issuer)[METADATA_AT[fixture]])
    assert isinstance(parse_metadata(server.issuer, answer, is_url), ServerMetadata)
    assert f'"authorization_endpoint":"{server.authorization_url}"' in answer.body.decode().replace('": "', '":"')
    assert b'"authorization_response_iss_parameter_supported"' in answer.body


async def test_a_denial_is_returned_to_the_client(server: AuthorizationServer) -> None:
    """After a denial the server redirects to the client with `access_denied`."""
    assert await asking(server).answer(says="deny") == AuthorizationDenied("access_denied")


async def test_refusal_names_the_issuer_too(server: AuthorizationServer) -> None:
    """The redirect has `iss` with an error as with a code (RFC 9207 §2)."""
    pairs = await asking(server).redirect(says="deny")
    assert ("iss", server.issuer) in pairs


async def test_a_wrong_password_ends_no_login(server: AuthorizationServer) -> None:
    """The server shows the page again, and redirects no browser."""
    wrong_user = replace(server.user, password=SecretStr("wrong"))
    with pytest.raises(UnexpectedPage):
        await asking(server).answer(wrong_user)


async def test_code_is_good_once(server: AuthorizationServer) -> None:
    """A code that was exchanged is refused (RFC 6749 §4.1.2)."""
    ask = asking(server)
    code = await ask.code()
    assert isinstance(await ask.redeem(code), Token)
    assert error_of(await ask.redeem(code)) == "invalid_grant"


async def test_second_use_of_a_code_ends_what_the_first_gave(oidc_provider: AuthorizationServer) -> None:
    """The server takes it for a theft (RFC 6749 §10.5): why a code must be posted once and never again."""
    ask = asking(oidc_provider)
    code = await ask.code()
    token = await ask.redeem(code)
    assert isinstance(token, Token)
    await ask.redeem(code)
    assert not oidc_provider.is_live(token.access_token)
    assert error_of(await ask.refresh(token)) == "invalid_grant"


async def test_wrong_verifier_is_refused(server: AuthorizationServer) -> None:
    """A stolen code is worth nothing without the verifier (RFC 7636 §4.6)."""
    ask = asking(server)
    assert error_of(await ask.redeem(await ask.code(), OTHER_VERIFIER)) == "invalid_grant"


async def test_missing_verifier_is_refused(server: AuthorizationServer) -> None:
    """After a request with a challenge, the exchange needs the verifier."""
    ask = asking(server)
    code = await ask.code()
    assert error_of(await replace(ask, verifier=None).redeem(code)) in {"invalid_grant", "invalid_request"}


async def test_code_of_another_client_is_refused(server: AuthorizationServer) -> None:
    """A code is bound to the client that asked for it (RFC 6749 §4.1.3)."""
    code = await asking(server).code()
    assert error_of(await asking(server).redeem(code)) == "invalid_grant"


async def test_other_redirect_uri_at_the_exchange_is_refused(server: AuthorizationServer) -> None:
    """It must be that of the link, to the letter (RFC 6749 §4.1.3)."""
    ask = asking(server)
    code = await ask.code()
    other = replace(ask, redirect_uri=REDIRECT_URI + "/")
    assert error_of(await other.redeem(code)) in {"invalid_grant", "invalid_request"}


async def test_unregistered_redirect_uri_shows_an_error_page(server: AuthorizationServer) -> None:
    """The server does not redirect the browser to an unregistered URI (RFC 6749 §3.1.2.4)."""
    ask = replace(asking(server), redirect_uri=REDIRECT_URI + "-of-another")
    with pytest.raises(UnexpectedPage) as stuck:
        await ask.answer()
    assert stuck.value.page.status == 400
    assert stuck.value.page.url.startswith(server.issuer)


async def test_public_client_without_pkce_gets_no_token(server: AuthorizationServer) -> None:
    """Somewhere on the way it is refused: by oidc-provider at the link, by Canaille at the exchange."""
    client = server.register(authentication="none", redirect_uris=[REDIRECT_URI])
    ask = Asking(server, client, verifier=None)
    answer = await ask.answer()
    refused = answer if isinstance(answer, AuthorizationDenied) else error_of(await ask.redeem(await ask.code()))
    assert refused in {AuthorizationDenied("invalid_request"), "invalid_request"}


@pytest.mark.parametrize("required", [True, False])
async def test_pkce_is_required_if_the_registration_says_so(required: bool, oidc_provider: AuthorizationServer) -> None:  # noqa: FBT001  # a parameter of the test
    """A link without a challenge is redirected with an error, or with a code that needs no verifier."""
    ask = replace(asking(oidc_provider, TokenPolicy(pkce_required=required)), verifier=None)
    answer = await ask.answer()
    if required:
        assert answer == AuthorizationDenied("invalid_request")
    else:
        assert isinstance(answer, AuthorizationGranted)
        assert isinstance(await ask.redeem(answer.code), Token)


@pytest.mark.parametrize(
    ("scope", "parameters"), [("read", (("prompt", "consent"),)), (OFFLINE, ())], ids=["no scope", "no prompt"]
)
async def test_no_refresh_token_without_a_request_for_it(
    scope: str, parameters: tuple[tuple[str, str], ...], oidc_provider: AuthorizationServer
) -> None:
    """OpenID Connect Core §11: without `prompt=consent` `offline_access` has no effect."""
    token = await replace(asking(oidc_provider), scope=scope, parameters=parameters).token()
    assert token.refresh_token is None
    assert oidc_provider.is_live(token.access_token)


async def test_unknown_scope_comes_back_as_an_error(oidc_provider: AuthorizationServer) -> None:
    """A scope that the client may not request is rejected before a user logs in."""
    assert await replace(asking(oidc_provider), scope="admin").answer() == AuthorizationDenied("invalid_scope")


async def test_users_consent_by_https(oidc_provider_tls: AuthorizationServer) -> None:
    """The pages are served by the private authority too."""
    assert isinstance(await asking(oidc_provider_tls).answer(), AuthorizationGranted)
