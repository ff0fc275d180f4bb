"""What the page shows of an authorization request: everything that the link to the provider contains."""

from urllib.parse import parse_qsl, urlsplit

from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.providers.registry import PRESETS

NAMED = frozenset({"response_type", "client_id", "redirect_uri", "scope", "code_challenge", "code_challenge_method"})
"""Parameters of the link that the page shows at a place of their own, or that are the same in every link."""


def list_parameters(request: ConsentRequest) -> list[tuple[str, str]]:
    """List the further parameters of the link, also those in the address of the endpoint."""
    pairs = parse_qsl(urlsplit(request.link("")).query, keep_blank_values=True)
    return [(name, value) for name, value in pairs if name not in NAMED]


def list_other_token_hosts(request: ConsentRequest) -> list[str]:
    """List the hosts that the redirect may name instead of the token host, and that then get code and client secret."""
    named = [preset.callback for preset in PRESETS.values() if preset.callback is not None]
    used = [callback for callback in named if callback.name in request.callback_parameters]
    hosts = {host for callback in used if request.token_host in callback.hosts for host in callback.hosts}
    return sorted(hosts - {request.token_host})
