"""A token request with everything but the grant: it is prepared before the grant is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.effective import build_parameters
from oauth_connector.connector.observation import Attempt, Connector
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.grants.grant import Grant, Purpose
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.token_request import TokenRequestParameters

NO_HEADERS: Mapping[str, SecretStr] = {}


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """All that a request needs except the grant; `own` is the grant that the spec itself presents, if any.

    `previous` is the client with its previous secret, where the spec names one.
    """

    connector: Connector
    context: RequestContext
    client: Client
    own: Grant | None
    attempt: Attempt
    credentials: tuple[CredentialSecret, ...] = field(default=(), repr=False)
    previous: Client | None = None
    headers: Mapping[str, SecretStr] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        """Return the token endpoint."""
        return self.context.token_endpoint

    @property
    def own_endpoint(self) -> str:
        """Return the endpoint that the grant of the spec itself is sent to."""
        return (self.choose_context(self.own) if self.own is not None else self.context).token_endpoint

    def choose_context(self, grant: Grant) -> RequestContext:
        """Return the context of a grant: some providers have another endpoint for refresh tokens."""
        provider = self.connector.spec.provider
        url = provider.request_shape.refresh_url
        if not url or grant.purpose is not Purpose.REFRESH:
            return self.context
        return replace(self.context, token_endpoint=url, is_endpoint_of_issuer=provider.is_of_issuer(url))


def choose_parameters(
    spec: OAuthConnectorSpec, grant: Grant, headers: Mapping[str, SecretStr] = NO_HEADERS
) -> TokenRequestParameters:
    """Return the further parameters; scopes that were consented to are not sent again (RFC 6749 §4.1.3, §6).

    Some providers demand them on a refresh. `headers` are those with secret values.
    """
    wanted = replace(build_parameters(spec), headers=headers)
    is_demanded = wanted.shape.scope_on_refresh and grant.purpose is Purpose.REFRESH
    return wanted if grant.sends_scope or is_demanded else replace(wanted, scopes=())
