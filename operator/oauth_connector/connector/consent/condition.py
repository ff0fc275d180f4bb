"""The condition `Ready` of an OAuthConsent."""

from oauth_connector.api.names import READY
from oauth_connector.api.reason_messages import format_reason_message
from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.times import from_epoch
from oauth_connector.api.v1alpha1.conditions import build_condition
from oauth_connector.api.v1alpha1.consent import ConsentCondition
from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason, format_consent_message
from oauth_connector.connector.consent.observed import PENDING_REASONS, Consent, ConsentContext
from oauth_connector.connector.status.message_facts import message_facts


def build_consent_condition(consent: Consent, context: ConsentContext, reason: ConsentReason) -> ConsentCondition:
    """Return the condition with a reason; the cause is why the code was not sent, or was refused."""
    facts = {"connector": consent.spec.connector_name}
    if context.connector is not None:
        facts |= message_facts(context.connector)
    problem = context.problem
    if problem is not None and (problem.reason is not Reason.CONSENT_REQUIRED or "code" in problem.facts):
        facts["cause"] = format_reason_message(problem.reason, facts | dict(problem.facts))
    status = "True" if reason is ConsentReason.AUTHORIZED else "Unknown" if reason in PENDING_REASONS else "False"
    values = {
        "type": READY,
        "status": status,
        "reason": reason,
        "message": format_consent_message(reason, facts),
        "observedGeneration": consent.generation,
    }
    return build_condition(ConsentCondition, values, consent.status.conditions, from_epoch(context.now))
