"""Digests of what a token and its Secret depend on.

They tell a restarted process, from metadata alone, whether the token was asked for as the spec now wants and whether
the Secret presents it as the spec now wants. They are versioned, so that a release that computes them differently can
tell an old one from a changed spec. They cover names of Secrets, never their content.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oauth_connector.api.v1alpha1 import OAuthConnectorSpec

DIGEST_VERSION = "v1"


def of_request(spec: "OAuthConnectorSpec") -> str:
    """Digest all that shapes the token request: another value means that another token is due."""
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


def of_output(spec: "OAuthConnectorSpec") -> str:
    """Digest all that shapes the Secret: another value means that it is rendered anew from the same token."""
    output = spec.output.model_dump(mode="json", exclude_none=True) if spec.output else {}
    return _digest({"prefix": spec.effective_header_prefix, "output": output})


def _digest(shape: Mapping[str, object]) -> str:
    text = json.dumps(shape, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"{DIGEST_VERSION}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
