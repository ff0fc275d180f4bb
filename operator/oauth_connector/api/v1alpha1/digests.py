"""Digests of what a token and its Secret depend on.

They tell a restarted process, from metadata alone, whether the token was asked for as the spec now wants and whether
the Secret presents it as the spec now wants. They are versioned, so that a release that computes them differently can
tell an old one from a changed spec. They cover names of Secrets, never their content.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from oauth_connector.api.schema.origins import origin

if TYPE_CHECKING:
    from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec

DIGEST_VERSION = "v1"


def of_request(spec: "OAuthConnectorSpec") -> str:
    """Digest all that shapes the token request: what failed is known again by it, and who needs no person asks anew."""
    shape: dict[str, object] = {
        "grant": spec.grant_type.value,
        "provider": [spec.provider.effective_issuer, spec.provider.effective_token_url],
        "client": spec.client.model_dump(mode="json", exclude_none=True),
        "scopes": [spec.effective_scopes, spec.separator],
        "audience": spec.audience,
        "resources": list(spec.resources or ()),
        "parameters": dict(spec.token_parameters or {}),
        "user": spec.password.model_dump(mode="json", exclude_none=True) if spec.password else None,
    }
    return _digest(shape)


def of_grant(spec: "OAuthConnectorSpec") -> str:
    """Digest what a person consents to and a refresh cannot change: another value means that they are asked anew."""
    member = spec.authorization_code
    return _digest(
        {
            "grant": spec.grant_type.value,
            "scopes": sorted(spec.effective_scopes),
            "audience": spec.audience,
            "resources": list(spec.resources or ()),
            "parameters": dict(spec.token_parameters or {}),
            "authorization": dict(member.parameters or {}) if member else {},
        }
    )


def of_binding(spec: "OAuthConnectorSpec", client_id: str) -> str:
    """Digest whom a refresh token may be sent to, and as which client: those that it was given by and for, no others.

    Where the token endpoint is named it is that host, else the issuer, whose metadata names it; a preset whose provider
    redirects to one of several hosts stands for all of them.
    """
    preset, endpoint = spec.provider.known, spec.provider.effective_token_url
    own = spec.provider.token_url is not None or spec.provider.issuer is not None
    if preset is not None and preset.callback is not None and not own:
        server = ",".join(sorted(preset.callback.hosts))
    else:
        server = origin(endpoint) if endpoint else spec.provider.effective_issuer or ""
    return _digest({"server": server, "client": client_id})


def of_consent(shape: Mapping[str, object]) -> str:
    """Digest all that a consent is about; the shape is made by `connector.consent_request`."""
    return _digest(shape)


def of_output(spec: "OAuthConnectorSpec") -> str:
    """Digest all that shapes the Secret: another value means that it is rendered anew from the same token."""
    output = spec.output.model_dump(mode="json", exclude_none=True) if spec.output else {}
    return _digest({"prefix": spec.effective_header_prefix, "output": output})


def _digest(shape: Mapping[str, object]) -> str:
    text = json.dumps(shape, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"{DIGEST_VERSION}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
