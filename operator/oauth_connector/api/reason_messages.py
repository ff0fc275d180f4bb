"""How the message of a reason is made: the template that fits what is known, filled with facts."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from string import Formatter

from oauth_connector.api.connection_messages import CONNECTION_MESSAGES
from oauth_connector.api.reasons import DETAILED_MESSAGES, MESSAGES, Reason
from oauth_connector.oauth.signals import Symptom

ACCOUNT_MESSAGES: Mapping[Reason, str] = {
    Reason.CREDENTIALS_REJECTED: "{host} rejects the token of ServiceAccount `{account}`. Compare issuer (that of the"
    " cluster), subject `system:serviceaccount:{namespace}:{account}` and audience `{audience}` with the registration,"
    " and check that the provider reaches the keys of the issuer.",
    Reason.CREDENTIALS_NOT_ALLOWED: "A token of ServiceAccount `{account}` must not be sent to {host}. Add the host to"
    " the annotation `oauthconnector.dev/allowed-hosts` of the ServiceAccount.",
}
"""Templates that replace those of the reason where the credential is the token of a ServiceAccount."""

OPERATOR_TOKEN_MESSAGES: Mapping[Reason, str] = {
    Reason.CREDENTIALS_REJECTED: "{host} rejects the operator's own token. Compare issuer (that of the cluster),"
    " subject (`system:serviceaccount:`, the namespace of the operator, `:` and its ServiceAccount) and audience"
    " `{operator_audience}` with the registration, and check that the provider reaches the keys of the issuer.",
    Reason.CREDENTIALS_NOT_ALLOWED: "The operator's own token must not be sent to {host}. Have a cluster administrator"
    " add the host (chart value `operatorTokens`).",
    Reason.SERVICE_ACCOUNT_TOKEN_DENIED: "The operator's own token for audience `{operator_audience}` cannot be"
    " presented: {cause}.",
}
"""Templates that replace those of the reason where the credential is the operator's own token."""

CREDENTIAL_MESSAGES = (ACCOUNT_MESSAGES, OPERATOR_TOKEN_MESSAGES)
"""Every table of templates for a kind of credential."""

CODED_MESSAGE = "{host} returns error code {code}. {code_meaning}"
"""Replaces the template of a reason where a preset explains the code of its provider."""

NOT_REPEATED = " The request is not repeated before the Secret or the spec changes, or a user requests a refresh."
"""Follows the message where a password was refused for another cause: it is not sent again all the same."""

SALVAGED = " The operator has stored the refresh token in this response, and presents it next."
"""Follows the message of a response without a usable access token where that contains a refresh token."""

MAX_FACT_LENGTH = 300
"""Characters of a fact: the note of an Event and the message of a condition are bounded."""


def format_reason_message(reason: Reason, facts: Mapping[str, str]) -> str:
    """Return the message of a reason; an unknown fact is rendered as a dash."""
    known = {name: _clip(fact) for name, fact in facts.items() if fact}
    template = _choose_template(reason, known)
    template += (NOT_REPEATED if "not_repeated" in known else "") + (SALVAGED if "salvaged" in known else "")
    return template.format_map(defaultdict(lambda: "–", known))


def _choose_template(reason: Reason, known: Mapping[str, str]) -> str:
    if placeholders(CODED_MESSAGE) <= known.keys():
        return CODED_MESSAGE + (" {again}." if reason is Reason.REFRESH_TOKEN_REJECTED else "")
    if "symptom" in known:
        return CONNECTION_MESSAGES[Symptom(known["symptom"])]
    if "account" in known and reason in ACCOUNT_MESSAGES:
        return ACCOUNT_MESSAGES[reason]
    if "operator_audience" in known and reason in OPERATOR_TOKEN_MESSAGES:
        return OPERATOR_TOKEN_MESSAGES[reason]
    detailed = DETAILED_MESSAGES.get(reason)
    return detailed if detailed and placeholders(detailed) <= known.keys() else MESSAGES[reason]


@cache
def placeholders(template: str) -> frozenset[str]:
    """Return the names of the facts that a template contains."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


def _clip(fact: str) -> str:
    return fact if len(fact) <= MAX_FACT_LENGTH else fact[: MAX_FACT_LENGTH - 1] + "…"
