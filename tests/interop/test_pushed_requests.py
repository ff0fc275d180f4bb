"""Pushed authorization requests (RFC 9126) at oidc-provider, from the push to the token."""

from dataclasses import dataclass, replace

import pytest
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import Authentication
from oauth_connector.oauth.authorization import (
    AuthorizationDenied,
    AuthorizationGranted,
    AuthorizationRequest,
    compute_challenge,
)
from oauth_connector.oauth.client_auth.basic import BasicClient
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.pushed_authorization import build_push_request, parse_push_response
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import Token
from tests.interop.consenting import OFFLINE, REDIRECT_URI, STATE, VERIFIER, Asking, error_of
from tests.interop.exchanging import client_of, context_of, discover, post


@dataclass(frozen=True, slots=True)
class Pushing(Asking):
    """A client whose link is a reference to a request that it has pushed."""

    reference: str = ""

    @property
    def link(self) -> str:
        """The URL to which the user's browser is redirected."""
        return request_of(self).build_pushed_url(self.reference)

    async def push(self, client: Client | None = None) -> SecretStr | Signal:
        """Push the request; return the reference, or the failure."""
        endpoint = (await discover(self.server)).pushed_request_endpoint
        assert endpoint is not None
        authenticating, pairs = client or client_of(self.client), request_of(self).list_parameters(STATE)
        return parse_push_response(
            await post(build_push_request(context_of(self.server), authenticating, endpoint, pairs))
        )


def request_of(asking: Asking) -> AuthorizationRequest:
    """Return the authorization request."""
    return AuthorizationRequest(
        asking.server.authorization_url,
        asking.client.id,
        asking.redirect_uri,
        asking.scope,
        compute_challenge(VERIFIER),
        asking.parameters,
    )


def pushing(server: AuthorizationServer, authentication: Authentication = "client_secret_basic") -> Pushing:
    """Register a client from which the server accepts pushed requests only."""
    client = server.register(authentication=authentication, redirect_uris=[REDIRECT_URI])
    client = replace(client, metadata={"require_pushed_authorization_requests": True})
    server.put_client(client)
    return Pushing(server, client, OFFLINE)


async def pushed(ask: Pushing) -> Pushing:
    """Push a request with success."""
    reference = await ask.push()
    assert isinstance(reference, SecretStr), reference
    return replace(ask, reference=reference.get_secret_value())


@pytest.mark.parametrize("authentication", ["client_secret_basic", "client_secret_post", "none"])
async def test_a_reference_leads_to_a_token(authentication: Authentication, oidc_provider: AuthorizationServer) -> None:
    """The redirect has the state that was pushed, and the code is bound to the challenge that was pushed."""
    ask = await pushed(pushing(oidc_provider, authentication))
    pairs = dict(await ask.redirect())
    assert (pairs["state"], pairs["iss"]) == (STATE, oidc_provider.issuer)
    token = await ask.redeem(SecretStr(pairs["code"]))
    assert isinstance(token, Token)
    assert token.refresh_token is not None


async def test_a_link_with_all_parameters_is_refused_where_a_push_is_required(
    oidc_provider: AuthorizationServer,
) -> None:
    """So a connector at such a server could not be authorized without a push."""
    ask = pushing(oidc_provider)
    answer = await Asking(oidc_provider, ask.client, OFFLINE).answer()
    assert not isinstance(answer, AuthorizationGranted)


async def test_a_reference_is_good_for_one_consent(oidc_provider: AuthorizationServer) -> None:
    """Each start of a flow needs another one (RFC 9126 §4)."""
    ask = await pushed(pushing(oidc_provider))
    assert isinstance(await ask.answer(), AuthorizationGranted)
    assert isinstance(await ask.answer(), AuthorizationDenied)


async def test_what_the_link_adds_does_not_count(oidc_provider: AuthorizationServer) -> None:
    """The parameters are those that were pushed, so that no browser can change them (RFC 9126 §1)."""
    ask = await pushed(pushing(oidc_provider))

    class Changing(Pushing):
        @property
        def link(self) -> str:
            return f"{super().link}&state=other"

    changed = Changing(ask.server, ask.client, ask.scope, reference=ask.reference)
    assert ("state", STATE) in await changed.redirect()


async def test_a_wrong_secret_is_refused_before_a_user_logs_in(oidc_provider: AuthorizationServer) -> None:
    """The errors are those of the token endpoint (RFC 9126 §2.3)."""
    ask = pushing(oidc_provider)
    refused = await ask.push(BasicClient(ask.client.id, SecretStr("wrong")))
    assert error_of(refused) == "invalid_client"
    unregistered = replace(ask, redirect_uri=REDIRECT_URI + "-of-another")
    assert error_of(await unregistered.push()) == "invalid_request"
