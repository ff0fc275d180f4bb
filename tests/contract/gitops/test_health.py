"""kstatus, Flux and Argo CD judge every situation of a connector and of a consent as documented."""

import pytest

from oauth_connector.api.v1alpha1.consent import ConsentCondition
from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason
from oauth_connector.connector.consent.observed import PENDING_REASONS
from tests.support.builders import a_spec
from tests.support.cluster import Manifest, Namespace
from tests.support.gitops_judge import Verdict, judge
from tests.support.situations import SITUATIONS


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    """Return the verdict on each situation."""
    return dict(zip(SITUATIONS, judge(*(each.manifest() for each in SITUATIONS.values())), strict=True))


@pytest.mark.parametrize("name", SITUATIONS)
def test_kstatus_judges_a_situation_as_documented(name: str, verdicts: dict[str, Verdict]) -> None:
    """The library of Flux, Helm and kpt agrees with the table in docs/reference/oauthconnector.md."""
    assert verdicts[name].kstatus == SITUATIONS[name].kstatus


@pytest.mark.parametrize("name", SITUATIONS)
def test_flux_judges_a_situation_as_documented(name: str, verdicts: dict[str, Verdict]) -> None:
    """With the health checks of the example a connector that waits for a user is current, and a stalled one failed."""
    assert verdicts[name].flux == SITUATIONS[name].flux


@pytest.mark.parametrize("name", SITUATIONS)
def test_argo_cd_judges_a_situation_as_documented(name: str, verdicts: dict[str, Verdict]) -> None:
    """Only what stands still without a token is Degraded; what a user suspended or must authorize is Suspended."""
    assert verdicts[name].argo == SITUATIONS[name].argo


@pytest.mark.parametrize("name", SITUATIONS)
def test_an_edited_connector_is_in_progress(name: str) -> None:
    """Until the operator has seen the new generation, no tool trusts the conditions; a suspended one is suspended."""
    (verdict,) = judge(SITUATIONS[name].manifest(generation=2))
    assert (verdict.kstatus, verdict.flux) == ("InProgress", "InProgress")
    assert verdict.argo == ("Suspended" if SITUATIONS[name].spec.get("suspend") else "Progressing")


async def test_a_connector_without_an_operator_is_in_progress(namespace: Namespace) -> None:
    """Without an operator a new connector is not current: the CRD has a default for its status."""
    found = await namespace.add_connector("crm", a_spec())
    (verdict,) = judge(found)
    assert (verdict.kstatus, verdict.flux, verdict.argo) == ("InProgress", "InProgress", "Progressing")


def test_a_connector_in_deletion_is_terminating() -> None:
    """Conditions do not count for an object that is being deleted."""
    found = SITUATIONS["a valid token"].manifest()
    found["metadata"]["deletionTimestamp"] = "2027-01-15T08:00:00Z"
    (verdict,) = judge(found)
    assert verdict.kstatus == "Terminating"


def a_consent(reason: ConsentReason) -> Manifest:
    """Return a consent whose condition has a reason, with the state that the operator writes with it."""
    state = "True" if reason is ConsentReason.AUTHORIZED else "Unknown" if reason in PENDING_REASONS else "False"
    condition = ConsentCondition.model_validate(
        {
            "type": "Ready",
            "status": state,
            "reason": reason,
            "message": f"It is {reason}.",
            "observedGeneration": 1,
            "lastTransitionTime": "2027-01-15T08:00:00Z",
        }
    )
    return {
        "apiVersion": "oauthconnector.dev/v1alpha1",
        "kind": "OAuthConsent",
        "metadata": {"name": "crm-1", "namespace": "shop", "generation": 1},
        "spec": {"connectorName": "crm"},
        "status": {"conditions": [condition.model_dump(by_alias=True, mode="json")]},
    }


@pytest.mark.parametrize("reason", ConsentReason)
def test_a_consent_is_judged_by_its_end(reason: ConsentReason) -> None:
    """A consent is Progressing until it ends; then it is Healthy or Degraded. kstatus knows no failure of a consent."""
    (verdict,) = judge(a_consent(reason))
    is_authorized = reason is ConsentReason.AUTHORIZED
    assert verdict.kstatus == ("Current" if is_authorized else "InProgress")
    ended = "Healthy" if is_authorized else "Degraded"
    assert verdict.argo == ("Progressing" if reason in PENDING_REASONS else ended)
    assert verdict.message == f"It is {reason}."
