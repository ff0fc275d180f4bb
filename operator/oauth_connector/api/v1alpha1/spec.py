"""The spec of an `OAuthConnector`, `oauthconnector.dev/v1alpha1`: the source of the CRD and of its reference page.

Defaults are applied in code, not in the schema: a default that the API server writes into a nested object of a user is
a permanent difference for a GitOps controller. Descriptions end with the default, after the word "Default".
"""

from functools import cached_property
from typing import Annotated, ClassVar

from pydantic import Field

from oauth_connector.api.schema.fields import rule
from oauth_connector.api.schema.urls import Resource
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.credentials import (
    FoundReference,
    find_references,
    list_credentials,
    require_default_keys,
)
from oauth_connector.api.v1alpha1.digested_fields import require_declarations
from oauth_connector.api.v1alpha1.grants import GrantMembers
from oauth_connector.api.v1alpha1.output import DeletionPolicy, Output
from oauth_connector.api.v1alpha1.parameters import Audience, Prefix, Scope, ScopeSeparator, ScopeText, TokenParameters
from oauth_connector.api.v1alpha1.presets import build_presence_rule
from oauth_connector.api.v1alpha1.references import (
    OUTPUT_SUFFIX,
    ConnectorReference,
    SecretKeyReference,
    ServiceAccountReference,
    is_secret,
)
from oauth_connector.api.v1alpha1.refresh import Refresh
from oauth_connector.oauth.token_request import split_scope

BEARER = "Bearer"


class OAuthConnectorSpec(GrantMembers):
    """The token to obtain, and the Secret to publish it in."""

    scopes: Annotated[Annotated[tuple[Scope, ...], Field(max_length=64)] | None, digests.SCOPES] = Field(
        None, description="Scopes to request, one per entry. Default: the scopes in `scope`."
    )
    scope: Annotated[ScopeText | None, digests.SCOPES] = Field(
        None,
        description="Scopes to request as one string, separated by commas or white space. Default: those that"
        " `provider.resource` asks for; else the provider decides.",
    )
    scope_separator: Annotated[ScopeSeparator | None, digests.SCOPES] = Field(
        None, description="Character between the scopes in the request. Default: the preset's, else `Space`."
    )
    audience: Annotated[Audience | None, digests.AUDIENCE] = Field(
        None, description="Audience of the token: a parameter of Auth0, Okta and Ory Hydra. Default: not sent."
    )
    resources: Annotated[Annotated[tuple[Resource, ...], Field(max_length=16)] | None, digests.RESOURCES] = Field(
        None,
        description="Resource indicators: absolute URIs (RFC 8707), or names where a provider has such. Default: none.",
    )
    token_parameters: Annotated[TokenParameters | None, digests.PARAMETERS] = Field(
        None, description="Additional parameters of the token request. They must not contain secrets. Default: none."
    )
    header_prefix: Annotated[Prefix | None, digests.PREFIX] = Field(
        None,
        description="Text before the token in the key `authorization`. With an empty string the key contains the"
        f" token alone. Default: the preset's, else `{BEARER}`.",
    )
    refresh: Refresh | None = Field(
        None,
        description="When the operator refreshes the token. Default: when a third of the token's lifetime is"
        " left, and at least 100 s, with a small jitter.",
    )
    output: Output | None = Field(
        None, description="The Secret that Pods mount. Default: Secret `<connector>-token` with the default keys."
    )
    suspend: Annotated[Annotated[bool, Field(strict=True)] | None, digests.NOT_DIGESTED] = Field(
        None,
        description="While true, the operator sends no token requests. The Secret and its token stay. Default:"
        " `false`.",
    )

    @rule("!(has(self.scopes) && has(self.scope))", "set scopes or scope, not both: remove one", "scope")
    def _has_one_list_of_scopes(self) -> bool:
        return self.scopes is None or self.scope is None

    @rule(
        "!(has(self.refresh) && has(self.refresh.lifetimeSource)) || has(self.provider.introspectionURL) ||"
        " has(self.provider.issuer) || has(self.provider.resource) || has(self.provider.preset)",
        "Introspection needs an endpoint: set provider.introspectionURL, or provider.issuer, whose metadata name it",
        "refresh.lifetimeSource",
    )
    def _has_introspection_endpoint(self) -> bool:
        provider = self.provider
        named = (provider.introspection_url, provider.issuer, provider.resource, provider.preset)
        return not self.may_introspect or any(each is not None for each in named)

    _has_preset_parameters: ClassVar = build_presence_rule()

    # --- with defaults applied ----------------------------------------------------------------------------------
    @cached_property
    def effective_scopes(self) -> tuple[str, ...]:
        """Return the scopes, from `scopes` or `scope`."""
        return self.scopes or split_scope(self.scope or "")

    @property
    def separator(self) -> str:
        """Return the character between the scopes in a request."""
        if self.scope_separator is None and self.provider.known is not None:
            return self.provider.known.scope_separator or " "
        return "," if self.scope_separator is ScopeSeparator.COMMA else " "

    @property
    def effective_header_prefix(self) -> str:
        """Return the prefix, by default the preset's, else `Bearer`."""
        if self.header_prefix is not None:
            return self.header_prefix
        return (self.provider.known.header_prefix if self.provider.known else None) or BEARER

    @property
    def default_lifetime_seconds(self) -> int:
        """Return the lifetime to assume if the response contains none, in seconds: the spec's, else the preset's."""
        chosen = self.refresh or Refresh()
        known = self.provider.known.default_lifetime if self.provider.known and not chosen.default_lifetime else None
        return known or chosen.default_lifetime_seconds

    @property
    def may_introspect(self) -> bool:
        """Return whether a lifetime that the response does not contain is looked for by introspection (RFC 7662)."""
        wanted = self.refresh is not None and self.refresh.lifetime_source is not None
        return wanted or self.provider.introspection_url is not None

    @property
    def is_secret_retained(self) -> bool:
        """Return whether the Secret is kept when the connector is deleted."""
        return self.output is not None and self.output.deletion_policy is DeletionPolicy.RETAIN

    @cached_property
    def request_digest(self) -> str:
        """Return the digest of the token request, which identifies a request that failed."""
        return digests.digest_request(self)

    @cached_property
    def token_digest(self) -> str:
        """Return the digest of the requested token: a token with another digest does not match the spec."""
        return digests.digest_grant(self) if self.is_renewed_by_user else digests.digest_token(self)

    @cached_property
    def output_digest(self) -> str:
        """Return the digest of name, form and metadata of the output Secret."""
        return digests.digest_output(self)

    def output_secret_name(self, connector: str) -> str:
        """Return the name of the output Secret, by default `<connector>-token`."""
        return (self.output.secret_name if self.output else None) or f"{connector}{OUTPUT_SUFFIX}"

    @cached_property
    def _references(self) -> tuple[FoundReference, ...]:
        return tuple(find_references(self))

    @cached_property
    def credential_references(self) -> dict[str, tuple[str, str]]:
        """Return name and key of each referenced credential, by its path, such as `client.secretRef`.

        That of a ServiceAccount is its name after `serviceaccount/`, and the audience of the token. That of the
        operator's own token is `operator/token`.
        """
        return dict(list_credentials(self._references))

    @cached_property
    def connector_references(self) -> dict[str, str]:
        """Return the name of each connector whose access token is presented, by the path of the reference."""
        return {each.path: each.value.name for each in self._references if isinstance(each.value, ConnectorReference)}

    @cached_property
    def token_references(self) -> frozenset[str]:
        """Return the paths of the references to tokens, which are not sent once they have expired."""
        return frozenset(each.path for each in self._references if each.is_token)

    @cached_property
    def service_accounts(self) -> tuple[ServiceAccountReference, ...]:
        """Return every reference to a ServiceAccount."""
        return tuple(each.value for each in self._references if isinstance(each.value, ServiceAccountReference))

    @cached_property
    def secret_references(self) -> tuple[SecretKeyReference, ...]:
        """Return every reference to a Secret, with its key."""
        return tuple(
            SecretKeyReference(name=name, key=key)
            for name, key in self.credential_references.values()
            if is_secret(name)
        )

    def reference(self, field: str) -> tuple[str, str]:
        """Return name and key of the reference in a field, such as `client.secretRef`. Raises `KeyError`."""
        return self.credential_references[field]


require_declarations(OAuthConnectorSpec)
require_default_keys(OAuthConnectorSpec)
