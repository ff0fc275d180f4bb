"""Token exchange (RFC 8693) and JWT bearer (RFC 7523 §2.1) at a server that judges them by the RFCs."""

import secrets
import time

import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import RegisteredClient
from oauth_connector.api.v1alpha1.jwt_bearer import JWTBearerSpec
from oauth_connector.oauth.errors import FailureReason
from oauth_connector.oauth.grants.client_credentials import ClientCredentials
from oauth_connector.oauth.grants.grant import Grant
from oauth_connector.oauth.grants.jwt_bearer import GivenAssertion, JWTBearer
from oauth_connector.oauth.grants.registry import GrantType
from oauth_connector.oauth.grants.token_exchange import ACCESS_TOKEN, JWT, TokenExchange, TypedToken
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import RequestPhase, Signal
from oauth_connector.oauth.token import Token
from oauth_connector.oauth.token_request import TokenRequestParameters
from oauth_connector.oauth.verdicts import classify
from tests.interop.exchanging import client_of, password_of, token_client
from tests.support.assertions import KEY, OTHER_KEY, to_pem

REFUSED = FailureReason.ASSERTION_REJECTED


async def obtain(server: AuthorizationServer, grant: Grant) -> SecretStr:
    """Obtain a token that is presented later."""
    found = await token_client(server, client_of(server.client), grant)
    assert isinstance(found, Token)
    return found.access_token


async def test_a_token_of_a_user_is_exchanged(oidc_provider: AuthorizationServer) -> None:
    """The response has the type of the issued token, and the token is valid; an actor token may be beside it."""
    subject = TypedToken(await obtain(oidc_provider, password_of(oidc_provider.enroll())))
    actor = TypedToken(await obtain(oidc_provider, ClientCredentials()), JWT)
    grant = TokenExchange(subject, actor, ACCESS_TOKEN)
    parameters = TokenRequestParameters(scopes=("read",))
    found = await token_client(oidc_provider, client_of(oidc_provider.client), grant, parameters)
    assert isinstance(found, Token)
    assert (found.token_type, found.scope) == ("Bearer", ("read",))
    assert found.fields["issued_token_type"].get_secret_value() == ACCESS_TOKEN
    assert oidc_provider.is_live(found.access_token)


async def test_a_revoked_token_is_not_exchanged(oidc_provider: AuthorizationServer) -> None:
    """The server refuses it with `invalid_request` (RFC 8693 §2.2.2), and it is not sent again."""
    subject = await obtain(oidc_provider, ClientCredentials())
    oidc_provider.revoke(subject)
    grant = TokenExchange(TypedToken(subject))
    refused = await token_client(oidc_provider, client_of(oidc_provider.client), grant)
    assert isinstance(refused, Signal)
    failure = classify(GrantType.TOKEN_EXCHANGE, RequestPhase.TOKEN, refused)
    assert (refused.oauth_error, failure.reason, failure.repeatable) == ("invalid_request", REFUSED, False)


@pytest.fixture
def signing(oidc_provider: AuthorizationServer) -> RegisteredClient:
    """Register a client with a public key, whose assertions the server accepts."""
    public = RSAKey(KEY, KEY).as_dict(private=False)
    name, secret = f"bearer-{secrets.token_hex(4)}", SecretStr(secrets.token_hex(8))
    client = RegisteredClient(name, secret, metadata={"jwks": {"keys": [public]}})
    oidc_provider.put_client(client)
    return client


def sign(client: RegisteredClient, key: str, **changes: str) -> JWTBearer:
    """Build the grant as the spec of a connector does."""
    members = {"keyRef": {"name": "key"}, "issuer": client.id, "subject": "ann", **changes}
    spec = JWTBearerSpec.model_validate(members)
    return spec.build_grant({"keyRef": SecretStr(key)})


async def test_a_signed_assertion_gives_a_token(oidc_provider: AuthorizationServer, signing: RegisteredClient) -> None:
    """The key, the claims and the times are accepted, and each assertion is another one."""
    grant = sign(signing, to_pem())
    for _ in range(2):
        found = await token_client(oidc_provider, client_of(signing), grant)
        assert isinstance(found, Token)
        assert oidc_provider.is_live(found.access_token)


WRONG: dict[str, dict[str, str]] = {
    "another key": {"key": to_pem(OTHER_KEY)},
    "another issuer": {"issuer": "another-client"},
    "another audience": {"audience": "https://other.example.com"},
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_assertion_is_refused(
    name: str, oidc_provider: AuthorizationServer, signing: RegisteredClient
) -> None:
    """The server says `invalid_grant` (RFC 7523 §3.1), and no other assertion of the same key is sent."""
    changes = {"key": to_pem(), **WRONG[name]}
    refused = await token_client(oidc_provider, client_of(signing), sign(signing, **changes))
    assert isinstance(refused, Signal)
    failure = classify(GrantType.JWT_BEARER, RequestPhase.TOKEN, refused)
    assert (refused.oauth_error, failure.reason, failure.repeatable) == ("invalid_grant", REFUSED, False)


async def test_an_assertion_is_accepted_once(oidc_provider: AuthorizationServer, signing: RegisteredClient) -> None:
    """A server may remember `jti` (RFC 7523 §3, item 7), so that an assertion is signed for each request."""
    context = RequestContext(time.time(), oidc_provider.token_url, nonce=secrets.token_hex(8))
    given = JWTBearer(GivenAssertion(SecretStr(dict(sign(signing, to_pem()).form(context))["assertion"])))
    results = [await token_client(oidc_provider, client_of(signing), given) for _ in range(2)]
    assert [isinstance(result, Token) for result in results] == [True, False]
