"""The endpoints at which a consent begins, from the spec or from discovery."""

from dataclasses import dataclass

from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.origins import origin
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.grant.server import has_required_pkce
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.metadata import ServerMetadata


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The endpoints of the provider, from the spec or from discovery.

    `authorization` is where the consent begins: the authorization endpoint, or the one for devices (RFC 8628 §3.1).
    `server` is what discovery has found, `push` where it has the request pushed first (RFC 9126), if anywhere.
    `client_id` is the client that was registered there, if the spec names none.
    """

    authorization: str
    token: str
    issuer: str | None = None
    iss_required: bool = False
    server: ServerMetadata | None = None
    push: str | None = None
    client_id: str | None = None

    @staticmethod
    def of(spec: OAuthConnectorSpec, found: ServerMetadata | None) -> "Endpoints | None":
        """Return the endpoints of the spec, completed by discovery; nothing if one is unknown."""
        provider = spec.provider
        named, discovered = provider.effective_authorization_url, found.authorization_endpoint if found else None
        if spec.is_polled:
            named = provider.effective_device_authorization_url
            discovered = _use_aliases(spec, found).device_authorization_endpoint if found else None
        authorization = named or discovered
        token = provider.effective_token_url or (found.token_endpoint if found else None)
        if authorization is None or token is None:
            return None
        issuer = found.issuer if found is not None else provider.effective_issuer
        if found is None:
            return Endpoints(authorization, token, issuer)
        push = _choose_push_endpoint(spec, found, token)
        return Endpoints(authorization, token, issuer, found.iss_required, found, push)


def _use_aliases(spec: OAuthConnectorSpec, found: ServerMetadata) -> ServerMetadata:
    """Return the metadata for the connections of the client: with a certificate, aliases count (RFC 8705 §5)."""
    return found.with_aliases() if spec.client.tls_secret_ref is not None else found


def _choose_push_endpoint(spec: OAuthConnectorSpec, found: ServerMetadata, token: str) -> str | None:
    """Return the endpoint for pushed requests; nothing where the client secret must not be sent to it.

    Where the spec names the token endpoint itself, both must be at one server, as for revocation. Otherwise the issuer
    names both.
    """
    push = _use_aliases(spec, found).pushed_request_endpoint
    if push is None or spec.is_polled:
        return None
    return push if spec.provider.token_url is None or origin(push) == origin(token) else None


def find_endpoints(spec: OAuthConnectorSpec, found: ServerMetadata | None) -> Endpoints | Problem:
    """Return the endpoints of the spec, completed by what discovery has found, or why no consent can begin there."""
    if found is not None and not has_required_pkce(spec, found):
        return Problem(Reason.PKCE_UNSUPPORTED, Remedy.FIX_SPEC)
    endpoints = Endpoints.of(spec, found)
    if endpoints is not None:
        return endpoints
    member, name = (
        ("device_authorization_endpoint", "deviceAuthorizationURL")
        if spec.is_polled
        else ("authorization_endpoint", "authorizationURL")
    )
    return Problem(Reason.UNSUPPORTED_GRANT_TYPE, Remedy.FIX_SPEC, {"absent": member, "named_in": f"provider.{name}"})
