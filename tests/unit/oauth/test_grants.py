"""The grants and their traits, and by what a refused request is known again."""

import itertools
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

import pytest
from pydantic import SecretStr

from oauth_connector.oauth.client_auth.basic import BasicClient, BasicEncoding
from oauth_connector.oauth.client_auth.client import Authentication, Client
from oauth_connector.oauth.client_auth.mutual_tls import MutualTLSClient
from oauth_connector.oauth.client_auth.none import PublicClient
from oauth_connector.oauth.client_auth.post import PostClient
from oauth_connector.oauth.client_auth.registry import METHODS
from oauth_connector.oauth.client_auth.signed_assertion import SignedAssertionClient
from oauth_connector.oauth.client_auth.workload_identity import WorkloadIdentityClient
from oauth_connector.oauth.grants.authorization_code import AuthorizationCode
from oauth_connector.oauth.grants.client_credentials import ClientCredentials
from oauth_connector.oauth.grants.device_code import DeviceCode
from oauth_connector.oauth.grants.grant import Grant, Pairs, Purpose, Renewal
from oauth_connector.oauth.grants.jwt_bearer import GivenAssertion, JWTBearer
from oauth_connector.oauth.grants.password import Password
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.grants.registry import GRANTS, GrantType
from oauth_connector.oauth.grants.token_exchange import ACCESS_TOKEN, JWT, TokenExchange, TypedToken
from oauth_connector.oauth.registry_check import require_complete, require_traits
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import RequestPhase
from oauth_connector.oauth.signing_key import build_shared_key
from oauth_connector.oauth.token_request import TokenRequestParameters, build_token_request, fingerprint_request

CONTEXT = RequestContext(1_800_000_000.0, "https://login.example.com/token", nonce="nonce")
SECRET = SecretStr("s3cret")
GRANT_SAMPLES: dict[type[Grant], Grant] = {
    ClientCredentials: ClientCredentials(),
    Password: Password(SecretStr("ann"), SECRET),
    AuthorizationCode: AuthorizationCode(SECRET, "https://connect.example.com/callback", SecretStr("verifier")),
    RefreshToken: RefreshToken(SECRET),
    JWTBearer: JWTBearer(GivenAssertion(SECRET)),
    TokenExchange: TokenExchange(TypedToken(SECRET), TypedToken(SECRET, JWT), ACCESS_TOKEN),
    DeviceCode: DeviceCode(SECRET),
}
CLIENT_SAMPLES: dict[type[Client], Client] = {
    BasicClient: BasicClient("robot", SECRET),
    PostClient: PostClient("robot", SECRET),
    PublicClient: PublicClient("robot"),
    MutualTLSClient: MutualTLSClient("robot"),
    SignedAssertionClient: SignedAssertionClient("robot", build_shared_key(SECRET)),
    WorkloadIdentityClient: WorkloadIdentityClient("robot", "builder", "api://a", SECRET),
}


@dataclass(frozen=True, slots=True)
class AssertionGrant(Grant):
    """A grant whose form differs in each request, as one with a signed assertion does."""

    key: SecretStr

    parameter_names = frozenset({"grant_type", "assertion"})
    purpose = Purpose.CREDENTIALS
    renewal = Renewal.CREDENTIALS
    may_return_refresh_token = False

    def form(self, context: RequestContext) -> Pairs:
        """Return an assertion with a nonce."""
        return (
            ("grant_type", "urn:example:assertion"),
            ("assertion", f"{context.choose_audience()} {context.now} {next(NONCES)}"),
        )

    def identity(self) -> tuple[str, ...]:
        """Return the key."""
        return ("assertion", self.key.get_secret_value())


@dataclass(frozen=True, slots=True)
class AssertionClient(Client):
    """A client whose authentication differs in each request."""

    key: SecretStr

    parameter_names = frozenset({"client_assertion"})

    def authenticate(self, context: RequestContext) -> Authentication:
        """Return an assertion with a nonce."""
        return Authentication(form=(("client_assertion", f"{context.choose_audience()} {next(NONCES)}"),))

    def identity(self) -> tuple[str, ...]:
        """Return identifier and key."""
        return ("assertion", self.id, self.key.get_secret_value())


NONCES = itertools.count()


def fingerprint(grant: Grant, client: Client, parameters: TokenRequestParameters, key: bytes = b"key") -> str:
    """Return the fingerprint of a request."""
    return fingerprint_request(key, CONTEXT, grant, client, parameters)


def test_there_is_a_sample_of_each_grant_and_method() -> None:
    """The samples of the tests below cover every grant and every client authentication method."""
    assert set(GRANT_SAMPLES) == set(GRANTS.values())
    assert set(CLIENT_SAMPLES) == set(METHODS.values())


@pytest.mark.parametrize("grant", GRANT_SAMPLES.values(), ids=lambda grant: type(grant).__name__)
def test_a_grant_sends_the_parameters_that_it_names(grant: Grant) -> None:
    """Each parameter that a grant sends is reserved, so that no user sets it another way."""
    assert {name for name, _ in grant.form(CONTEXT)} == grant.parameter_names


@pytest.mark.parametrize("client", CLIENT_SAMPLES.values(), ids=lambda client: type(client).__name__)
def test_a_client_sends_the_parameters_that_it_names(client: Client) -> None:
    """Each parameter that a method adds is reserved; a request for a resource has all of them."""
    context = replace(CONTEXT, named_hosts=frozenset())
    assert {name for name, _ in client.authenticate(context).form} == client.parameter_names


@pytest.mark.parametrize(
    ("grant_type", "may_return_refresh_token", "renewal", "phase"),
    [
        (GrantType.CLIENT_CREDENTIALS, False, Renewal.CREDENTIALS, RequestPhase.TOKEN),
        (GrantType.PASSWORD, True, Renewal.CREDENTIALS, RequestPhase.TOKEN),
        (GrantType.AUTHORIZATION_CODE, True, Renewal.CONSENT, RequestPhase.CODE),
        (GrantType.REFRESH_TOKEN, True, Renewal.INITIAL_REFRESH_TOKEN, RequestPhase.REFRESH),
        (GrantType.JWT_BEARER, False, Renewal.CREDENTIALS, RequestPhase.TOKEN),
        (GrantType.TOKEN_EXCHANGE, False, Renewal.CREDENTIALS, RequestPhase.TOKEN),
        (GrantType.DEVICE_CODE, True, Renewal.CONSENT, RequestPhase.CODE),
    ],
)
def test_the_traits_of_each_grant(
    grant_type: GrantType, *, may_return_refresh_token: bool, renewal: Renewal, phase: RequestPhase
) -> None:
    """They decide about claims, about the classification of failures, and about whether a user is needed."""
    grant = GRANTS[grant_type]
    assert grant.may_return_refresh_token is may_return_refresh_token
    assert (grant.renewal, grant.purpose.phase) == (renewal, phase)


def test_a_password_alone_locks_accounts() -> None:
    """A refused password is never sent again."""
    assert [name for name, grant in GRANTS.items() if grant.locks_accounts] == [GrantType.PASSWORD]


def test_a_device_code_alone_is_polled() -> None:
    """Any other request is sent once for each answer that it gets."""
    assert [name for name, grant in GRANTS.items() if grant.is_polled] == [GrantType.DEVICE_CODE]


def test_a_grant_type_without_an_entry_is_an_error() -> None:
    """The registry cannot be imported while a grant type has no class."""
    entries: dict[GrantType, type[Grant]] = {
        name: grant for name, grant in GRANTS.items() if name is not GrantType.PASSWORD
    }
    with pytest.raises(TypeError, match="no entry for Password"):
        require_complete(GrantType, entries)


class InheritingGrant(ClientCredentials):
    """A grant that inherits every trait."""


class ForgetfulGrant(Grant):
    """A grant that sets two of its traits."""

    parameter_names = frozenset({"grant_type"})
    renewal = Renewal.CREDENTIALS


class ForgetfulClient(Client):
    """A client authentication method that does not name its parameters."""


def test_a_class_without_a_trait_is_an_error() -> None:
    """The registry cannot be imported while a grant or a method lacks a trait that has no default."""
    with pytest.raises(
        TypeError, match=r"^no value for ForgetfulGrant.may_return_refresh_token, ForgetfulGrant.purpose$"
    ):
        require_traits({"Forgetful": ForgetfulGrant})
    with pytest.raises(TypeError, match=r"^no value for ForgetfulClient.parameter_names$"):
        require_traits({"Forgetful": ForgetfulClient})


def test_a_trait_may_be_inherited() -> None:
    """A grant below another grant sets the traits that differ."""
    entries = {"Inherited": InheritingGrant}
    assert require_traits(entries) is entries


def test_no_method_of_the_registry_presents_a_certificate() -> None:
    """A method without mutual TLS (RFC 8705) leaves the TLS options as they are."""
    assert {client.tls_identity for client in CLIENT_SAMPLES.values()} == {None}


def test_requests_that_differ_in_a_nonce_have_one_fingerprint() -> None:
    """A refused key is known again, although each assertion is another."""
    grant, client = AssertionGrant(SECRET), AssertionClient("robot", SECRET)
    one, other = (build_token_request(CONTEXT, grant, client, TokenRequestParameters()) for _ in range(2))
    assert one.body != other.body
    assert fingerprint(grant, client, TokenRequestParameters()) == fingerprint(grant, client, TokenRequestParameters())
    assert fingerprint_request(
        b"key", replace(CONTEXT, now=1.0), grant, client, TokenRequestParameters()
    ) == fingerprint(grant, client, TokenRequestParameters())


def test_an_assertion_sees_the_context_of_its_request() -> None:
    """The audience is the issuer where it is known, else the token endpoint (RFC 7523 §3)."""
    request = build_token_request(
        CONTEXT, AssertionGrant(SECRET), AssertionClient("robot", SECRET), TokenRequestParameters()
    )
    assert dict(parse_qsl(request.body.decode()))["client_assertion"].startswith("https://login.example.com/token ")
    known = replace(CONTEXT, issuer="https://login.example.com")
    assert dict(AssertionGrant(SECRET).form(known))["assertion"].startswith("https://login.example.com 18")


def test_each_credential_changes_the_fingerprint() -> None:
    """Another secret, client, method, encoding, endpoint or parameter is another request."""
    grant, client, sent = GRANT_SAMPLES[Password], BasicClient("robot", SECRET), TokenRequestParameters(("read",))
    prints = [
        fingerprint(grant, client, sent),
        fingerprint(Password(SecretStr("ann"), SecretStr("new")), client, sent),
        fingerprint(Password(SecretStr("bob"), SECRET), client, sent),
        fingerprint(ClientCredentials(), client, sent),
        fingerprint(RefreshToken(SECRET), client, sent),
        fingerprint(GRANT_SAMPLES[AuthorizationCode], client, sent),
        fingerprint(grant, BasicClient("robot", SecretStr("new")), sent),
        fingerprint(grant, BasicClient("other", SECRET), sent),
        fingerprint(grant, BasicClient("robot", SECRET, BasicEncoding.RAW), sent),
        fingerprint(grant, PostClient("robot", SECRET), sent),
        fingerprint(grant, PublicClient("robot"), sent),
        fingerprint(grant, client, TokenRequestParameters(("write",))),
        fingerprint(grant, client, TokenRequestParameters(("read",), ",")),
        fingerprint(grant, client, TokenRequestParameters(("read",), audience="api")),
        fingerprint(grant, client, TokenRequestParameters(("read",), resources=("urn:a",))),
        fingerprint(grant, client, TokenRequestParameters(("read",), extra={"a": "b"})),
        fingerprint_request(
            b"key", replace(CONTEXT, token_endpoint="https://b.example/"), grant, client, sent
        ),  # an address
        fingerprint(grant, client, sent, b"another process"),
    ]
    assert len(set(prints)) == len(prints)
    assert fingerprint(grant, client, sent) == prints[0]
