"""What a spec comes to once defaults are applied: the schedule's policy, and digests of what a token depends on.

Two digests tell a restarted process, from metadata alone, whether the token was asked for as the spec now wants and
whether the Secret presents it as the spec now wants. They are versioned, so that a release that computes them
differently can tell an old one from a changed spec. They cover names of Secrets, never their content.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from oauth_connector.api.fields import FieldProblem
from oauth_connector.api.v1alpha1 import OAuthConnectorSpec
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.schedule import Policy
from oauth_connector.oauth.grants import Parameters

DIGEST_VERSION = "v1"

Spec = OAuthConnectorSpec | tuple[FieldProblem, ...]


def seconds(time: datetime | None) -> int | None:
    """Give a status time in whole seconds since the epoch."""
    return int(time.timestamp()) if time is not None else None


def refresh_policy(spec: Spec) -> Policy:
    """Give `spec.refresh` in seconds and shares; a spec that cannot be understood asks nothing."""
    if isinstance(spec, tuple) or spec.refresh is None:
        return Policy()
    refresh = spec.refresh
    window = refresh.before_percentage / 100 if refresh.before_percentage is not None else None
    return Policy(refresh.before_seconds, window, refresh.max_lifetime_seconds)


def parameters(spec: OAuthConnectorSpec) -> Parameters:
    """Give what the token request carries beside the grant and the client."""
    return Parameters(
        scopes=spec.effective_scopes,
        separator=spec.separator,
        audience=spec.audience,
        resources=tuple(spec.resources or ()),
        extra=dict(spec.token_parameters or {}),
    )


def token_host(spec: OAuthConnectorSpec) -> str:
    """Give the host that credentials are sent to as far as the spec names it: of the token URL, else of the issuer."""
    return (urlsplit(spec.provider.token_url or spec.provider.issuer or "").hostname or "").lower()


def base_facts(connector: Connector) -> dict[str, str]:
    """Give what every sentence about a connector may use."""
    if isinstance(connector.spec, tuple):
        return {"connector": connector.key.name}
    spec = connector.spec
    return {
        "connector": connector.key.name,
        "secret": connector.output_name,
        "host": token_host(spec),
        "grant": spec.grant_type.value,
        "scopes": " ".join(spec.effective_scopes),
    }


def token_digest(spec: Spec) -> str:
    """Digest all that shapes the token request: another value means that another token is due."""
    if isinstance(spec, tuple):
        return ""
    shape: dict[str, object] = {
        "grant": spec.grant_type.value,
        "provider": [spec.provider.issuer, spec.provider.token_url],
        "client": spec.client.model_dump(mode="json", exclude_none=True),
        "scopes": [spec.effective_scopes, spec.separator],
        "audience": spec.audience,
        "resources": list(spec.resources or ()),
        "parameters": dict(spec.token_parameters or {}),
        "user": spec.password.model_dump(mode="json", exclude_none=True) if spec.password else None,
    }
    return _digest(shape)


def output_digest(spec: Spec) -> str:
    """Digest all that shapes the Secret: another value means that it is rendered anew from the same token."""
    if isinstance(spec, tuple):
        return ""
    output = spec.output.model_dump(mode="json", exclude_none=True) if spec.output else {}
    return _digest({"prefix": spec.effective_header_prefix, "output": output})


def _digest(shape: Mapping[str, object]) -> str:
    text = json.dumps(shape, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"{DIGEST_VERSION}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
