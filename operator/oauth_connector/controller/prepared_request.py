"""A token request with everything but the grant: it is prepared before the grant is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.effective import build_parameters, list_scopes
from oauth_connector.connector.grant.server import NO_SERVER, GrantServer
from oauth_connector.connector.observation import Attempt, Connector
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.grants.grant import Grant, Purpose
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.token_request import TokenRequestParameters

NO_HEADERS: Mapping[str, SecretStr] = {}


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """All that a request needs except the grant; `own` is the grant that the spec itself presents, if any.

    `previous` is the client with its previous secret, where the spec names one. `server` is what discovery has found,
    and `pinned` is to whom further requests about the token are sent.
    """

    connector: Connector
    context: RequestContext
    client: Client
    own: Grant | None
    attempt: Attempt
    credentials: tuple[CredentialSecret, ...] = field(default=(), repr=False)
    previous: Client | None = None
    headers: Mapping[str, SecretStr] = field(default_factory=dict)
    server: ServerMetadata | None = None
    pinned: GrantServer = NO_SERVER

    @property
    def endpoint(self) -> str:
        """Return the token endpoint."""
        return self.context.token_endpoint

    @property
    def own_endpoint(self) -> str:
        """Return the endpoint that the grant of the spec itself is sent to."""
        return (self.choose_context(self.own) if self.own is not None else self.context).token_endpoint

    def choose_parameters(self, grant: Grant) -> TokenRequestParameters:
        """Return the further parameters of a request with a grant."""
        return choose_parameters(self.connector.spec, grant, self.headers, self.server)

    def choose_context(self, grant: Grant) -> RequestContext:
        """Return the context of a grant: some providers have another endpoint for refresh tokens."""
        provider = self.connector.spec.provider
        url = provider.request_shape.refresh_url
        if not url or grant.purpose is not Purpose.REFRESH:
            return self.context
        return replace(self.context, token_endpoint=url, is_endpoint_of_issuer=provider.is_of_issuer(url))


def complete_context(spec: OAuthConnectorSpec, context: RequestContext, found: ServerMetadata | None) -> RequestContext:
    """Return the context with what discovery has found: the issuer as it spells itself, algorithms, and scopes."""
    if found is None:
        return context
    scope = spec.separator.join(list_scopes(spec, found))
    return replace(context, issuer=found.issuer, signing_algorithms=found.signing_algorithms, scope=scope)


def choose_parameters(
    spec: OAuthConnectorSpec,
    grant: Grant,
    headers: Mapping[str, SecretStr] = NO_HEADERS,
    found: ServerMetadata | None = None,
) -> TokenRequestParameters:
    """Return the further parameters; scopes that were consented to are not sent again (RFC 6749 §4.1.3, §6).

    Some providers demand them on a refresh. `headers` are those with secret values, `found` is what discovery found.
    """
    wanted = replace(build_parameters(spec, found), headers=headers)
    is_demanded = wanted.shape.scope_on_refresh and grant.purpose is Purpose.REFRESH
    return wanted if grant.sends_scope or is_demanded else replace(wanted, scopes=())
