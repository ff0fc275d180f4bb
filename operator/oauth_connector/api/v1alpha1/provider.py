"""`spec.provider`: the authorization server."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Annotated, ClassVar
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr

from oauth_connector.api.schema.fields import Model, Rule, cel_literal, full_match, rule
from oauth_connector.api.schema.origins import origin
from oauth_connector.api.schema.urls import URL, Issuer, ResourceURL
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.parameters import query_rules
from oauth_connector.api.v1alpha1.presets import PresetParameters, build_name_rule, build_value_rule
from oauth_connector.api.v1alpha1.provider_request import ProviderRequest
from oauth_connector.api.v1alpha1.provider_response import ProviderResponse
from oauth_connector.api.v1alpha1.references import CA_KEY, ConfigMapKeyReference, CredentialValues
from oauth_connector.api.v1alpha1.resource_rules import STANDS_ALONE
from oauth_connector.oauth.authorization import RESERVED_PARAMETERS as AUTHORIZATION_PARAMETERS
from oauth_connector.oauth.quirks import STANDARD, Quirks
from oauth_connector.oauth.request_shape import STANDARD_SHAPE, RequestShape
from oauth_connector.oauth.token_request import RESERVED_PARAMETERS as TOKEN_PARAMETERS
from oauth_connector.providers.preset import Preset
from oauth_connector.providers.registry import PRESETS, PresetName

PEM = "-----BEGIN"

_BASE64 = r"[\r\n ]*([A-Za-z0-9+/][\r\n ]*)+(=[\r\n ]*){0,2}"

CABundle = Annotated[
    str,
    Field(min_length=1, max_length=65536),
    Rule(
        f"!self.contains('{PEM}')",
        "is PEM without base64: base64-encode it (base64 -w0 ca.crt), or use caBundleRef with a ConfigMap",
        lambda text: PEM not in text,
    ),
    Rule(
        f"self.contains('{PEM}') || self.matches({cel_literal(f'^({_BASE64})$')})",
        "must be base64-encoded PEM: encode the file (base64 -w0 ca.crt), or use caBundleRef with a ConfigMap",
        full_match(_BASE64),
    ),
]


_TOKEN_RULES = query_rules(
    TOKEN_PARAMETERS, "remove it, and set scopes, audience, resources, client and password in their fields"
)
_AUTHORIZATION_RULES = query_rules(
    AUTHORIZATION_PARAMETERS, "remove it, and set scopes, audience, resources and client in their fields"
)

TokenURL = Annotated[URL, *_TOKEN_RULES]
AuthorizationURL = Annotated[URL, *_AUTHORIZATION_RULES]


class ProviderSpec(Model):
    """The authorization server."""

    preset: Annotated[PresetName | None, digests.PROVIDER] = Field(
        None,
        description="Name of a known provider. The preset sets its endpoints and properties; the other fields"
        " override them. Default: a provider that follows the standards.",
    )
    parameters: Annotated[PresetParameters | None, digests.PROVIDER] = Field(
        None, description="Values for the preset's endpoints, such as a tenant. Default: the defaults of the preset."
    )
    issuer: Annotated[Issuer | None, digests.PROVIDER] = Field(
        None,
        description="Issuer identifier. The operator discovers the endpoints from its metadata (RFC 8414, then"
        " OpenID Connect Discovery).",
    )
    resource: Annotated[ResourceURL | None, digests.IN_REQUEST_AND_CONSENT] = Field(
        None,
        description="URL of a protected resource, such as an MCP server. Its metadata (RFC 9728) name the authorization"
        " server, whose endpoints are discovered; `issuer` beside it selects one of several. It is sent as `resource`"
        " (RFC 8707). The scope `offline_access` is requested as well where the metadata of the server contain it."
        " Default: none.",
    )
    token_url: Annotated[TokenURL | None, digests.PROVIDER] = Field(
        None, description="Token endpoint. Default: the discovered endpoint if `issuer` is set, else the preset's."
    )
    authorization_url: Annotated[AuthorizationURL | None, digests.NOT_DIGESTED] = Field(
        None,
        description="Authorization endpoint, which the user opens in a browser. Default: the discovered endpoint"
        " if `issuer` is set, else the preset's.",
    )
    revocation_url: Annotated[URL | None, digests.NOT_DIGESTED] = Field(
        None, description="Revocation endpoint (RFC 7009). Default: the discovered endpoint, else the preset's, if any."
    )
    device_authorization_url: Annotated[URL | None, digests.NOT_DIGESTED] = Field(
        None,
        description="Device authorization endpoint (RFC 8628), for grantType `DeviceCode`. Default: the discovered"
        " endpoint if `issuer` is set, else the preset's.",
    )
    introspection_url: Annotated[URL | None, digests.NOT_DIGESTED] = Field(
        None,
        description="Introspection endpoint (RFC 7662), at the server of the token endpoint. The operator asks it for"
        " the lifetime of a token whose response states none. Default: the lifetime is assumed.",
    )
    ca_bundle: Annotated[CABundle | None, digests.NOT_DIGESTED] = Field(
        None,
        description="CA certificates to trust in addition to those of the operator, as base64-encoded PEM."
        " Default: none.",
    )
    ca_bundle_ref: Annotated[ConfigMapKeyReference | None, digests.NOT_DIGESTED] = Field(
        None,
        description="ConfigMap with CA certificates (PEM) to trust in addition to those of the operator, in key"
        f" `{CA_KEY}` unless `key` is set. Default: none.",
    )

    request: ProviderRequest | None = Field(
        None, description="How token requests differ from RFC 6749. Default: as the preset says, else not at all."
    )
    response: ProviderResponse | None = Field(
        None, description="Where the values of a token response stand. Default: as the preset says, else in RFC 6749."
    )

    @rule(
        "has(self.issuer) || has(self.tokenURL) || has(self.preset) || has(self.resource)",
        "has no token endpoint: set issuer, tokenURL, preset or resource",
    )
    def _has_an_endpoint(self) -> bool:
        return any((self.issuer, self.token_url, self.preset, self.resource))

    _resource_stands_alone: ClassVar = STANDS_ALONE

    @rule(
        "!has(self.parameters) || has(self.preset)",
        "are allowed with a preset only: set preset, or remove them",
        "parameters",
    )
    def _has_preset_for_parameters(self) -> bool:
        return self.parameters is None or self.preset is not None

    _preset_rules: ClassVar = (build_name_rule(), build_value_rule())

    @rule(
        "!(has(self.caBundle) && has(self.caBundleRef))",
        "set caBundle or caBundleRef, not both: remove one",
        "caBundle",
    )
    def _has_one_bundle(self) -> bool:
        return self.ca_bundle is None or self.ca_bundle_ref is None

    # --- with the preset applied --------------------------------------------------------------------------------
    @property
    def known(self) -> Preset | None:
        """Return the preset, if the spec names one."""
        return PRESETS[self.preset] if self.preset is not None else None

    @property
    def quirks(self) -> Quirks:
        """Return the differences of the provider's responses from the standard."""
        known = self.known.quirks if self.known is not None else STANDARD
        return self.response.apply(known) if self.response is not None else known

    @cached_property
    def request_shape(self) -> RequestShape:
        """Return the differences of the provider's requests from the standard, with the refresh URL filled in.

        The refresh URL of the preset belongs to its token endpoint: it is not used where the spec names another server.
        """
        shape = self.known.request if self.known is not None else STANDARD_SHAPE
        is_own = self.issuer is not None or self.token_url is not None
        url = self.known.fill(shape.refresh_url, self.parameters or {}) if self.known is not None else None
        filled = replace(shape, refresh_url=None if is_own else url)
        return self.request.apply(filled) if self.request is not None else filled

    def read_headers(self, values: CredentialValues) -> Mapping[str, SecretStr]:
        """Return the headers of the token request whose values are secret; `values` are by path below this member."""
        below = {path.removeprefix("request."): value for path, value in values.items()}
        return self.request.read_headers(below) if self.request is not None else {}

    @property
    def effective_issuer(self) -> str | None:
        """Return the issuer whose metadata is used: the spec's, else the preset's."""
        return self.issuer or self._fill_preset_field("issuer")

    @property
    def effective_token_url(self) -> str | None:
        """Return the token endpoint, or `None` if it must be discovered."""
        return self.token_url or (None if self.issuer else self._fill_preset_field("token_url"))

    def is_of_issuer(self, endpoint: str) -> bool:
        """Return whether an endpoint that is not discovered belongs to the issuer: by its origin, or by the preset.

        The spec may name any issuer and any endpoint; the preset alone knows both.
        """
        named, issuer = self.known, self.effective_issuer
        if named is not None and self.issuer is None:
            own = (named.token_url, named.request.refresh_url)
            if endpoint in {named.fill(url, self.parameters or {}) for url in own}:
                return True
        return issuer is not None and origin(issuer) == origin(endpoint)

    @property
    def effective_authorization_url(self) -> str | None:
        """Return the authorization endpoint, or `None` if it must be discovered."""
        return self.authorization_url or (None if self.issuer else self._fill_preset_field("authorization_url"))

    @property
    def effective_device_authorization_url(self) -> str | None:
        """Return the device authorization endpoint, or `None` if it must be discovered."""
        return self.device_authorization_url or (
            None if self.issuer else self._fill_preset_field("device_authorization_url")
        )

    @property
    def bound_server(self) -> str:
        """Return the server that a grant is bound to where no token endpoint is named: the issuer.

        A resource stands for the issuer that it led to, which is stored beside the binding: `GrantState.issuer`.
        """
        return " ".join(filter(None, (self.resource, self.effective_issuer)))

    @property
    def bound_endpoints(self) -> dict[str, str]:
        """Return the further endpoints of the spec that get a refresh token, which is bound to them."""
        url = self.request.refresh_url if self.request is not None else None
        return {} if url is None else {"refreshURL": url}

    def preset_revocation_url(self, token_url: str) -> str | None:
        """Return the preset's revocation endpoint, in the data center of the token endpoint if it has several."""
        named = None if self.issuer else self._fill_preset_field("revocation_url")
        if named is None or self.known is None or self.known.callback is None:
            return named
        return urlunsplit(urlsplit(named)._replace(netloc=urlsplit(token_url).netloc))

    def _fill_preset_field(self, field: str) -> str | None:
        return self.known.fill(getattr(self.known, field), self.parameters or {}) if self.known else None

    @property
    def ca_bundle_pem(self) -> str | None:
        """Return `caBundle` decoded. Text that is not base64 is returned unchanged, and fails as a certificate."""
        if self.ca_bundle is None:
            return None
        try:
            return base64.b64decode(self.ca_bundle).decode()
        except (binascii.Error, UnicodeDecodeError):
            return self.ca_bundle
