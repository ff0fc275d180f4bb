"""The rules of the operator, as its settings state them."""

import hashlib
import json

from oauth_connector.connector.local_rules import LocalRules
from oauth_connector.connector.operator_tokens import OperatorToken
from oauth_connector.settings.operator import Settings
from oauth_connector.settings.reload import digest_file

LENGTH = 16
"""Hexadecimal digits of the digest, which is stored in status beside that of the request."""


def read_local_rules(settings: Settings) -> LocalRules:
    """Return the rules, with a digest over the settings and over the content of the trust bundle."""
    shape = {
        "allowedDestinations": [each.model_dump(mode="json") for each in settings.allowed_destinations],
        "requireAllowedHosts": settings.require_allowed_hosts,
        **({"allowedOutputLabels": sorted(settings.allowed_output_labels)} if settings.allowed_output_labels else {}),
        **({"serviceAccountTokens": True} if settings.service_account_tokens else {}),
        **({"operatorTokens": _describe_tokens(settings)} if settings.operator_tokens else {}),
        "trustBundle": digest_file(settings.trust_bundle),
    }
    if settings.https_proxy is not None:
        shape["httpsProxy"], shape["noProxy"] = settings.https_proxy, settings.no_proxy
    text = json.dumps(shape, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()[:LENGTH]
    labels = frozenset(settings.allowed_output_labels)
    tokens = build_operator_tokens(settings)
    return LocalRules(digest, settings.require_allowed_hosts, labels, settings.service_account_tokens, tokens)


def build_operator_tokens(settings: Settings) -> tuple[OperatorToken, ...]:
    """Return the operator's own tokens."""
    return tuple(
        OperatorToken(each.audience, each.file, frozenset(each.namespaces), each.hosts)
        for each in settings.operator_tokens
    )


def _describe_tokens(settings: Settings) -> list[object]:
    return [each.model_dump(mode="json") for each in settings.operator_tokens]
