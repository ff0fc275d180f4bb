"""What the page shows of an authorization request: everything that the link to the provider contains."""

from urllib.parse import parse_qsl, urlsplit

from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.providers.registry import PRESETS


def list_parameters(request: ConsentRequest) -> list[tuple[str, str]]:
    """List the parameters beside those that the page names: first those in the address of the endpoint."""
    in_address = parse_qsl(urlsplit(request.authorization_endpoint).query, keep_blank_values=True)
    return [*in_address, *((parameter.name, parameter.value) for parameter in request.parameters)]


def list_other_token_hosts(request: ConsentRequest) -> list[str]:
    """List the hosts that the redirect may name instead of the token host, and that then get code and client secret."""
    named = [preset.callback for preset in PRESETS.values() if preset.callback is not None]
    used = [callback for callback in named if callback.name in request.callback_parameters]
    hosts = {host for callback in used if request.token_host in callback.hosts for host in callback.hosts}
    return sorted(hosts - {request.token_host})
