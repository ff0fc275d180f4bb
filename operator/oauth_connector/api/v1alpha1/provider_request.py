"""`spec.provider.request`: how the token requests of a provider differ from RFC 6749."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import Field, SecretStr

from oauth_connector.api.schema.fields import Model, Rule, cel_literal, pattern_rule, rule
from oauth_connector.api.schema.urls import URL
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.parameters import query_rules
from oauth_connector.api.v1alpha1.references import CredentialValues, DefaultKey, SecretKeyReference, UnusableValue
from oauth_connector.oauth.request_shape import BodyFormat, RequestShape
from oauth_connector.oauth.token_request import RESERVED_PARAMETERS

HEADER_KEY = "value"

LONGEST_VALUE = 8192
"""Characters of a value from a Secret, at most: nginx accepts no longer header by default."""

MOST_HEADERS = 8

_FORBIDDEN = (
    "accept-encoding|authorization|cf-connecting-.*|client-cert.*|connection|content-.*|cookie2?|date|expect"
    "|fastly-client.*|forwarded|host|http2-settings|impersonate-.*|keep-.*|metadata.*|proxy-.*|remote-.*|sec-.*"
    "|set-cookie2?|te|trailer|transfer-encoding|true-client-ip|upgrade|via|x-aliyun-ecs-metadata.*|x-amzn-oidc-.*"
    "|x-auth-request-.*|x-authenticated-.*|x-aws-ec2-metadata.*|x-client-ip|x-cluster-client.*|x-envoy-.*|x-forwarded.*"
    "|x-goog-authenticated-.*|x-goog-iap-.*|x-google-metadata.*|x-http-method.*|x-metadata-token|x-method-override"
    "|x-ms-client-principal.*|x-original-.*|x-real-ip|x-remote-.*|x-rewrite-url|x-ssl-.*|x-vault-request|x-webauth-.*"
).replace("-", "[-_]")
"""Headers that the operator or the connection sets, that authenticate, that a proxy or the server behind it trusts, or
that a metadata server or Vault demands as a proof that no user chose the request. Gateways read `_` as `-` (CGI, RFC
3875 §4.1.18)."""

_VALUE = "[!-~]([ -~]*[!-~])?"

RequestHeaderName = Annotated[
    str,
    Field(min_length=1, max_length=64),
    pattern_rule("[A-Za-z][A-Za-z0-9_-]*", "must be the name of a header: letters, digits, '-' and '_'"),
    Rule(
        f"!self.matches({cel_literal(f'(?i)^({_FORBIDDEN})$')})",
        "is a header that the operator sets itself, or that must not be chosen: remove it, and set credentials of the"
        " client in client",
        lambda name: re.fullmatch(_FORBIDDEN, name, re.IGNORECASE) is None,
    ),
]
RequestHeaderValue = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    pattern_rule(_VALUE, "must be printable ASCII without leading or trailing white space"),
]

_URL_RULES = query_rules(RESERVED_PARAMETERS, "remove it")


class HeaderSource(Model):
    """Where the value of a header comes from."""

    secret_key_ref: Annotated[SecretKeyReference, DefaultKey(HEADER_KEY)] = Field(
        description=f"Secret that contains the value, in key `{HEADER_KEY}` unless `key` is set."
    )


class RequestHeader(Model):
    """A header of the token request."""

    name: RequestHeaderName = Field(description="Name of the header.")
    value: RequestHeaderValue | None = Field(
        None, description="Value, which must not be secret. Default: the value that `valueFrom` refers to."
    )
    value_from: HeaderSource | None = Field(None, description="Source of a secret value. Default: none.")

    @rule("has(self.value) != has(self.valueFrom)", "set exactly one of value and valueFrom", "value")
    def _has_one_value(self) -> bool:
        return (self.value is None) != (self.value_from is None)


class ProviderRequest(Model):
    """How token requests differ from RFC 6749. Each field overrides the preset."""

    headers: Annotated[
        Annotated[tuple[RequestHeader, ...], Field(max_length=MOST_HEADERS)] | None, digests.IN_REQUEST
    ] = Field(
        None,
        description="Headers of the token request, such as an API key. They replace the preset's headers of the same"
        " name. Default: the headers of the preset.",
    )
    body_format: Annotated[BodyFormat | None, digests.IN_REQUEST] = Field(
        None,
        description="Format of the parameters: `Form` (RFC 6749 §3.2), or a `JSON` object. Default: the preset's, else"
        " `Form`.",
    )
    scope_on_refresh: Annotated[Annotated[bool, Field(strict=True)] | None, digests.IN_REQUEST] = Field(
        None,
        description="Whether the scopes are sent on a refresh, too. Default: the preset's, else `false`, which keeps"
        " the granted scopes (RFC 6749 §6).",
    )
    refresh_url: Annotated[Annotated[str, *URL.__metadata__, *_URL_RULES] | None, digests.IN_REQUEST] = Field(
        None,
        description="Endpoint for refresh tokens, where it is not the token endpoint. It must be at the same server:"
        " scheme, host and port. A stored refresh token is bound to it: after a change, a user must consent again."
        " Default: the preset's, else the token endpoint.",
    )

    @rule(
        "!has(self.headers) || self.headers.all(x, self.headers.exists_one(y, y.name.lowerAscii().replace('_', '-') =="
        " x.name.lowerAscii().replace('_', '-')))",
        "contains the same header twice, in capitals or small letters, with '-' or '_': remove one",
        "headers",
    )
    def _has_each_header_once(self) -> bool:
        names = [header.name.lower().replace("_", "-") for header in self.headers or ()]
        return len(set(names)) == len(names)

    def apply(self, shape: RequestShape) -> RequestShape:
        """Return a shape with these fields in the place of its own; secret headers are added by `read_headers`."""
        return replace(
            shape,
            headers=shape.merge_headers({each.name: each.value for each in self.headers or () if each.value}),
            body_format=self.body_format or shape.body_format,
            scope_on_refresh=shape.scope_on_refresh if self.scope_on_refresh is None else self.scope_on_refresh,
            refresh_url=self.refresh_url or shape.refresh_url,
        )

    def read_headers(self, values: CredentialValues) -> Mapping[str, SecretStr]:
        """Return the headers with secret values; `values` are by path below this member.

        Raises `UnusableValue` for a value that no header can contain.
        """
        paths = {each.name: f"headers[{place}].valueFrom.secretKeyRef" for place, each in enumerate(self.headers or ())}
        found = {name: path for name, path in paths.items() if path in values}
        wrong = next((path for path in found.values() if not _is_header_value(values[path])), None)
        if wrong is not None:
            cause = f"it is not printable ASCII of at most {LONGEST_VALUE} characters, as a header requires"
            raise UnusableValue(f"provider.request.{wrong}", cause)
        return {name: values[path] for name, path in found.items()}


def _is_header_value(value: SecretStr) -> bool:
    """Return whether a value can be sent in a header (RFC 9110 §5.5), and is not longer than servers accept."""
    text = value.get_secret_value()
    return len(text) <= LONGEST_VALUE and re.fullmatch(_VALUE, text) is not None
