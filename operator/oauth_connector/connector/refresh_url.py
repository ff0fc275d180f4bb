"""The refresh URL that a spec names: it gets the refresh token, and the user who consents sees the token host alone."""

from oauth_connector.api.schema.fields import FieldProblem
from oauth_connector.api.schema.origins import origin
from oauth_connector.api.v1alpha1.provider import ProviderSpec
from oauth_connector.connector.status.problem import Problem, invalid_spec


def check_refresh_url(provider: ProviderSpec, token_endpoint: str) -> Problem | None:
    """Return the problem of a refresh URL at another server than the token endpoint; `None` where there is none.

    Scheme, host and port must be the same. Otherwise a user who edits a connector could have a refresh token sent to
    another server, with the client secret. The refresh URL of a preset may be at another host of its provider.
    """
    url = provider.request.refresh_url if provider.request is not None else None
    if url is None or _is_same_server(url, token_endpoint):
        return None
    cure = (
        "must be at the server of the token endpoint, with the same scheme, host and port, because the user consents to"
        " that server alone: name an endpoint of that server, or remove it"
    )
    return invalid_spec([FieldProblem("spec.provider.request.refreshURL", cure)])


def _is_same_server(url: str, token_endpoint: str) -> bool:
    try:
        return origin(url) == origin(token_endpoint)
    except ValueError:  # an issuer names something without a host
        return False
