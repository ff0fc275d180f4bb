"""What the API server makes of our definition: columns, defaults, selectors, status."""

import json
import subprocess
from datetime import UTC, datetime
from typing import Any

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.conditions import ORDER, set_conditions
from oauth_connector.api.v1alpha1.status import LastError, OAuthConnectorStatus, ObservedCredential, SecretReference
from oauth_connector.oauth.errors import Remedy
from tests.support.cluster import Namespace
from tests.support.dry_run import DryRun
from tests.support.manifests import samples

LEAST = samples("good")["the-least"]
DEFINITION = "oauthconnectors.oauthconnector.dev"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FRESH = OAuthConnectorStatus.read(
    {
        "observedGeneration": 1,
        "issueTime": "2026-11-24T12:00:00Z",
        "expirationTime": "2999-12-31T23:00:00Z",
        "nextRefreshTime": "2999-12-31T22:00:00Z",
        "secretRef": {"name": "crm-token"},
    }
)


async def a_connector_with(namespace: Namespace, status: OAuthConnectorStatus) -> dict[str, Any]:
    """Create a connector and write its status."""
    await namespace.add_connector("crm", LEAST.manifest["spec"])
    return await namespace.edit("oauthconnectors", "crm/status", {"status": status.written()})


def test_the_definition_is_structural(control_plane: ControlPlane) -> None:
    """The API server has nothing to say against it: no condition of its own tells of a flaw."""
    conditions = json.loads(control_plane.kubectl("get", "crd", DEFINITION, "-o", "json"))["status"]["conditions"]
    assert {c["type"]: c["status"] for c in conditions} == {"NamesAccepted": "True", "Established": "True"}


def test_an_unseen_connector_says_so(api_server: DryRun) -> None:
    """Until somebody looks, the observed generation is one that no object has, or tools would call it healthy."""
    assert api_server.judge(LEAST.text).stored["status"] == {"observedGeneration": -1}


async def test_columns_show_what_people_ask_first(control_plane: ControlPlane, namespace: Namespace) -> None:
    """`kubectl get oac` shows readiness, reason, grant, Secret, expiry; `-o wide` the next refresh and the sentence."""
    wanted = {
        "Ready": ("True", Reason.TOKEN_ISSUED, "fine"),
        "RefreshFailed": ("True", Reason.PROVIDER_ERROR, "not fine"),
    }
    conditions = set_conditions((), wanted, 1, NOW)
    await a_connector_with(namespace, FRESH.model_copy(update={"conditions": conditions}))
    header, row = control_plane.kubectl("get", "oac", "-n", namespace.name, "-o", "wide").splitlines()
    assert " ".join(header.split()) == "NAME READY REASON GRANT SECRET EXPIRES REFRESH NEXT MESSAGE AGE"
    assert row.split()[:-1] == [
        "crm", "True", "TokenIssued", "ClientCredentials", "crm-token",
        "2999-12-31T23:00:00Z", "ProviderError", "2999-12-31T22:00:00Z", "fine",
    ]  # fmt: skip


async def test_connectors_are_found_by_the_secret_that_they_use(
    control_plane: ControlPlane, namespace: Namespace
) -> None:
    """Who uses a Secret that is to be changed can be asked of the API server."""
    await namespace.add_connector("crm", LEAST.manifest["spec"])
    for name, found in (("crm-client", "oauthconnector.oauthconnector.dev/crm\n"), ("other", "")):
        selector = f"--field-selector=spec.client.secretRef.name={name}"
        assert control_plane.kubectl("get", "oac", "-n", namespace.name, selector, "-o", "name") == found


async def test_one_word_shows_all_that_is_ours(control_plane: ControlPlane, namespace: Namespace) -> None:
    """`kubectl get oauth` lists connectors and the consents that are asked for."""
    await namespace.add_connector("crm", LEAST.manifest["spec"])
    listed = control_plane.kubectl("get", "oauth", "-n", namespace.name, "-o", "name")
    assert listed == "oauthconnector.oauthconnector.dev/crm\n"


async def test_the_largest_status_can_be_written(namespace: Namespace) -> None:
    """Whatever a pass puts into status, cut to its bounds, is accepted and read back the same."""
    text = "x" * 9999
    status = FRESH.model_copy(
        update={
            "conditions": set_conditions((), dict.fromkeys(ORDER, ("True", Reason.PROGRESSING, text)), 1, NOW),
            "granted_scopes": (text,) * 99,
            "token_type": text,
            "failed_attempts": 2**31 - 1,
            "last_error": LastError(
                reason=Reason.PROGRESS_DEADLINE_EXCEEDED,
                remedy=Remedy.FIX_CREDENTIALS,
                http_status=599,
                oauth_error=text[:64],
                provider_code=text[:64],
                request_digest=text[:64],
            ),
            "secret_ref": SecretReference(name=text[:253]),
            "observed_credentials": tuple(ObservedCredential(name=f"s{n}") for n in range(8)),
            "last_handled_refresh": text,
        }
    )  # fmt: skip
    written = await a_connector_with(namespace, status)
    assert written["status"] == status.written()
    assert OAuthConnectorStatus.read(written["status"]).written() == status.written()


async def test_every_reason_can_be_written(namespace: Namespace) -> None:
    """The definition's shape of a reason takes all of ours."""
    await namespace.add_connector("crm", LEAST.manifest["spec"])
    for reason in Reason:
        conditions = set_conditions((), {"Ready": ("False", reason, "")}, 1, NOW)
        status = FRESH.model_copy(update={"conditions": conditions}).written()
        written = await namespace.edit("oauthconnectors", "crm/status", {"status": status})
        assert written["status"]["conditions"][0]["reason"] == reason


async def test_spec_cannot_be_written_by_way_of_status(namespace: Namespace) -> None:
    """What the operator may write, the status, leaves the spec and its generation alone."""
    made = await namespace.add_connector("crm", LEAST.manifest["spec"])
    patch = {"spec": {"suspend": True}, "status": {"observedGeneration": 1}}
    written = await namespace.edit("oauthconnectors", "crm/status", patch)
    assert written["spec"] == made["spec"]
    assert written["metadata"]["generation"] == made["metadata"]["generation"]


def test_the_definition_explains_itself(control_plane: ControlPlane) -> None:
    """`kubectl explain` shows our descriptions, defaults included."""
    told = control_plane.kubectl("explain", "oac.spec.refresh.defaultLifetime")
    assert "Default: the preset's, else `1h`." in " ".join(told.split())


def test_a_refusal_reads_well_in_a_terminal(control_plane: ControlPlane) -> None:
    """`kubectl apply` shows the field and the sentence."""
    command = [
        str(control_plane.binaries / "kubectl"),
        "--kubeconfig",
        str(control_plane.kubeconfig),
        "create",
        "-f",
        "-",
    ]
    text = samples("bad")["pasted-pem"].text
    done = subprocess.run([*command, "--dry-run=server"], input=text, capture_output=True, text=True, check=False)  # noqa: S603  # our own kubectl
    assert done.returncode == 1
    assert "spec.provider.caBundle: Invalid value" in done.stderr
    assert "base64-encode it" in done.stderr
