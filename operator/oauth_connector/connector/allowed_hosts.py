"""Where a credential may be sent, by the annotation of its owner."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.references import OPERATOR_TOKEN
from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.service_accounts import name_account
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy


def find_forbidden_host(secrets: Sequence[CredentialSecret], host: str, *, required: bool) -> Problem | None:
    """Find the first Secret that may not be sent to a host, by its owner's annotation (obligatory if `required`)."""
    for secret in secrets:
        allowed = secret.allowed_hosts if secret.allowed_hosts is not None or not required else ()
        if allowed is not None and host.lower() not in allowed:
            facts = {
                "credential": secret.version.name,
                "host": host,
                "account": name_account(secret.version.name) or "",
                "operator_audience": next(iter(secret.data), "") if secret.version.name == OPERATOR_TOKEN else "",
            }
            return Problem(Reason.CREDENTIALS_NOT_ALLOWED, Remedy.FIX_CREDENTIALS, facts)
    return None


def find_forbidden_url(
    secrets: Sequence[CredentialSecret], urls: Iterable[str | None], *, required: bool
) -> Problem | None:
    """Find the first URL that a Secret may not be sent to, by its host."""
    hosts = [(urlsplit(url).hostname or "") for url in urls if url is not None]
    found = (find_forbidden_host(secrets, host, required=required) for host in hosts)
    return next((problem for problem in found if problem is not None), None)
