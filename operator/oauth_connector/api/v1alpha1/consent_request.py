"""The authorization request of an `OAuthConsent`: all that the link to the provider is made of."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from oauth_connector.api.schema.fields import Model
from oauth_connector.api.schema.times import Time
from oauth_connector.api.schema.urls import URL
from oauth_connector.api.v1alpha1.device_request import DeviceRequest
from oauth_connector.oauth.authorization import (
    AuthorizationDenied,
    AuthorizationGranted,
    AuthorizationRequest,
    ExpectedIssuer,
    RedirectFlaw,
    parse_redirect,
)

LIFETIME = 900
"""Seconds from creation of an OAuthConsent within which the user must consent."""

Text = Annotated[str, Field(max_length=2048)]
ParameterValue = Annotated[str, Field(max_length=2048)]

REDIRECT_PARAMETERS = frozenset({"code", "error"})
"""Parameters of the redirect that may have another name."""


class RequestParameter(Model):
    """A parameter of the authorization request."""

    name: Annotated[str, Field(min_length=1, max_length=128)] = Field(description="Name.")
    value: ParameterValue = Field(description="Value.")


class ConsentRequest(Model):
    """The authorization request that the page shows and the link contains. The operator writes it once."""

    connector_uid: Annotated[str, Field(max_length=64)] = Field(description="UID of the connector.")
    authorization_endpoint: URL = Field(
        description="Authorization endpoint of the provider, or its device authorization endpoint."
    )
    token_host: Annotated[str, Field(max_length=253)] = Field(description="Host of the token endpoint.")
    issuer: Text | None = Field(None, description="Issuer that the response must name, if it is known (RFC 9207).")
    iss_required: bool | None = Field(None, description="Whether the provider names its issuer in every response.")
    client_id: Annotated[str, Field(max_length=1024)] = Field(description="Client ID.")
    redirect_uri: Text = Field(
        description="Redirect URI. The provider must have exactly this value registered. Empty for a device."
    )
    redirect_name: Text | None = Field(
        None, description="Name under which the provider has the redirect URI registered. It is sent in its place."
    )
    scope: Annotated[str, Field(max_length=4096)] | None = Field(None, description="Value of the parameter `scope`.")
    parameters: Annotated[tuple[RequestParameter, ...], Field(max_length=64)] = Field(
        (), description="Additional parameters of the link, in order."
    )
    parameter_names: Annotated[tuple[RequestParameter, ...], Field(max_length=8)] = Field(
        (), description="Names that the provider has for parameters of the link and of the redirect."
    )
    code_challenge: Annotated[str, Field(max_length=128)] | None = Field(
        None, description="Challenge (RFC 7636). Only the operator knows the verifier of an S256 challenge."
    )
    code_challenge_method: Literal["plain"] | None = Field(
        None, description="`plain` where the challenge is the verifier itself. Default: `S256`."
    )
    callback_parameters: Annotated[tuple[Annotated[str, Field(max_length=128)], ...], Field(max_length=8)] = Field(
        (), description="Parameters of the redirect that are passed to the operator."
    )
    secret_name: Annotated[str, Field(max_length=253)] = Field(description="Name of the output Secret.")
    confirmation_required: bool = Field(description="Whether the requester must enter the code of the last page.")
    encryption_key: Annotated[str, Field(max_length=1024)] = Field(
        description="Public key (JWK) for which the response is encrypted."
    )
    digest: Annotated[str, Field(max_length=128)] = Field(
        description="Digest of everything that the user consents to. The consent is void when it changes."
    )
    expiration_time: Time = Field(description="Time until which the user must consent.")
    device: DeviceRequest | None = Field(None, description="Codes of a device authorization (RFC 8628).")
    push_endpoint: URL | None = Field(
        None, description="Endpoint to which the operator pushes the request before the browser comes (RFC 9126)."
    )
    push_required: bool | None = Field(
        None, description="Whether the provider accepts no other request. Otherwise a link with all parameters will do."
    )

    @property
    def sent_redirect_uri(self) -> str:
        """Return the value of the parameter `redirect_uri`, which the token request repeats (RFC 6749 §4.1.3)."""
        return self.redirect_name or self.redirect_uri

    def link(self, state: str) -> str:
        """Return the URL of the authorization request with a `state` (RFC 6749 §4.1.1)."""
        return self.build_authorization_request().build_url(state)

    def build_authorization_request(self) -> AuthorizationRequest:
        """Return the authorization request, without `state`."""
        further = [(parameter.name, parameter.value) for parameter in self.parameters]
        return AuthorizationRequest(
            self.authorization_endpoint,
            self.client_id,
            self.sent_redirect_uri,
            self.scope or "",
            self.code_challenge,
            further,
            self.code_challenge_method or "S256",
            {each.name: each.value for each in self.parameter_names},
        )

    def understand(self, query: Iterable[tuple[str, str]]) -> AuthorizationGranted | AuthorizationDenied | RedirectFlaw:
        """Parse the query of the redirect (RFC 6749 §4.1.2). The caller compares `state`."""
        names = {each.value: each.name for each in self.parameter_names if each.name in REDIRECT_PARAMETERS}
        pairs = [(names.get(name, name), value) for name, value in query if name != "state"]
        return parse_redirect(pairs, ExpectedIssuer(self.issuer, bool(self.iss_required)), self.callback_parameters)
