"""The CustomResourceDefinition in the API server: columns, defaults, selectors, status."""

import json
import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest

from devtools.cluster.control_plane import ControlPlane, ControlPlaneError
from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.conditions import ORDER, set_conditions
from oauth_connector.api.v1alpha1.status import LastError, OAuthConnectorStatus, ObservedCredential, SecretReference
from oauth_connector.oauth.errors import Remedy
from tests.support.cluster import Namespace
from tests.support.dry_run import DryRun
from tests.support.manifests import samples

MINIMAL = samples("good")["minimal"]
DEFINITION = "oauthconnectors.oauthconnector.dev"
FIRST_WITH_SELECTABLE_FIELDS = 31
"""The minor release of Kubernetes in which `selectableFields` of a CRD are on by default (KEP-4358)."""
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
    await namespace.add_connector("crm", MINIMAL.manifest["spec"])
    return await namespace.edit("oauthconnectors", "crm/status", {"status": status.to_manifest()})


def test_the_crd_is_accepted_without_warnings(control_plane: ControlPlane) -> None:
    """The API server sets no condition that reports a fault."""
    conditions = json.loads(control_plane.kubectl("get", "crd", DEFINITION, "-o", "json"))["status"]["conditions"]
    assert {c["type"]: c["status"] for c in conditions} == {"NamesAccepted": "True", "Established": "True"}


def test_a_new_connector_has_no_observed_generation(api_server: DryRun) -> None:
    """Before the first reconciliation it is −1; otherwise tools would report the connector as healthy."""
    assert api_server.submit(MINIMAL.text).stored["status"] == {"observedGeneration": -1}


async def test_columns_show_state_and_expiration(control_plane: ControlPlane, namespace: Namespace) -> None:
    """`kubectl get oac` shows readiness, reason, grant, Secret, expiry; `-o wide` adds next refresh and message."""
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


async def test_connectors_can_be_selected_by_their_secret(control_plane: ControlPlane, namespace: Namespace) -> None:
    """A field selector finds the connectors that use a Secret, from Kubernetes 1.31 on; 1.30 rejects it."""
    version = json.loads(control_plane.kubectl("get", "--raw=/version"))
    if int(version["minor"]) < FIRST_WITH_SELECTABLE_FIELDS:
        with pytest.raises(ControlPlaneError, match="field label not supported"):
            control_plane.kubectl("get", "oac", "--field-selector=spec.client.secretRef.name=crm-client")
        return
    await namespace.add_connector("crm", MINIMAL.manifest["spec"])
    for name, found in (("crm-client", "oauthconnector.oauthconnector.dev/crm\n"), ("other", "")):
        selector = f"--field-selector=spec.client.secretRef.name={name}"
        assert control_plane.kubectl("get", "oac", "-n", namespace.name, selector, "-o", "name") == found


async def test_the_category_lists_connectors_and_consents(control_plane: ControlPlane, namespace: Namespace) -> None:
    """`kubectl get oauth` lists both kinds."""
    await namespace.add_connector("crm", MINIMAL.manifest["spec"])
    listed = control_plane.kubectl("get", "oauth", "-n", namespace.name, "-o", "name")
    assert listed == "oauthconnector.oauthconnector.dev/crm\n"


async def test_the_largest_status_can_be_written(namespace: Namespace) -> None:
    """A status that is cut to its bounds is accepted and read back unchanged."""
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
    assert written["status"] == status.to_manifest()
    assert OAuthConnectorStatus.read(written["status"]).to_manifest() == status.to_manifest()


async def test_every_reason_can_be_written(namespace: Namespace) -> None:
    """The schema accepts each reason of the operator."""
    await namespace.add_connector("crm", MINIMAL.manifest["spec"])
    for reason in Reason:
        conditions = set_conditions((), {"Ready": ("False", reason, "")}, 1, NOW)
        status = FRESH.model_copy(update={"conditions": conditions}).to_manifest()
        written = await namespace.edit("oauthconnectors", "crm/status", {"status": status})
        assert written["status"]["conditions"][0]["reason"] == reason


async def test_a_write_of_status_does_not_change_spec(namespace: Namespace) -> None:
    """The operator may write status only; spec and generation stay unchanged."""
    made = await namespace.add_connector("crm", MINIMAL.manifest["spec"])
    patch = {"spec": {"suspend": True}, "status": {"observedGeneration": 1}}
    written = await namespace.edit("oauthconnectors", "crm/status", patch)
    assert written["spec"] == made["spec"]
    assert written["metadata"]["generation"] == made["metadata"]["generation"]


def test_kubectl_explain_shows_the_descriptions(control_plane: ControlPlane) -> None:
    """The descriptions include the defaults."""
    text = control_plane.kubectl("explain", "oac.spec.refresh.defaultLifetime")
    assert "Default: the preset's, else `1h`." in " ".join(text.split())


def test_kubectl_shows_field_and_message_of_a_rejection(control_plane: ControlPlane) -> None:
    """`kubectl create` shows the field and the message."""
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
