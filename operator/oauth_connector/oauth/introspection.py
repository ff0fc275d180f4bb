"""Token introspection (RFC 7662): the lifetime of a token whose response states none. Nothing else of it is used."""

from pydantic import SecretStr

from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.lifetimes import Lifetime, read_introspected_lifetime
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.response_body import decode_body
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest, build_client_request


def build_introspection_request(
    context: RequestContext, client: Client, endpoint: str, token: SecretStr
) -> TokenRequest:
    """Build the request (RFC 7662 §2.1), authenticated as at the token endpoint."""
    pairs = (("token", token.get_secret_value()), ("token_type_hint", "access_token"))
    return build_client_request(context, client, endpoint, pairs)


def read_introspection_response(response: HTTPResponse | Signal, now: float) -> Lifetime | None:
    """Read the lifetime from now on (RFC 7662 §2.2); `None` for any response that does not state it.

    A token that is not active has none: the client may not be allowed to introspect it, which says nothing of the
    token (§4). A failure is no failure of the token.
    """
    if isinstance(response, Signal) or response.status != 200:  # noqa: PLR2004  # HTTP
        return None
    members = decode_body(response)
    if isinstance(members, Symptom) or members.get("active") is not True:
        return None
    return read_introspected_lifetime(members, response.headers, now)
