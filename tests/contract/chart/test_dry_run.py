"""The API server accepts every object that the chart renders, for a matrix of values, and warns about none."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devtools.cluster.components import KUBECTL
from devtools.cluster.control_plane import ControlPlane
from oauth_connector.settings import consent_server, operator
from tests.support.chart_values import CONSENT, MATRIX
from tests.support.helm import HelmClient, Manifest, find
from tests.support.yaml_documents import read_yaml, write_documents

ADDRESS = "https://connect.example.com"


@pytest.fixture(params=MATRIX)
def rendered(request: pytest.FixtureRequest, helm: HelmClient) -> list[Manifest]:
    """Render the chart with the values of the matrix."""
    return helm.render(MATRIX[request.param])


def test_the_api_server_accepts_each_object(bare_plane: ControlPlane, rendered: list[Manifest]) -> None:
    """A dry run on the server reports no error, and no warning such as that of Pod Security."""
    own = [f"--kubeconfig={bare_plane.kubeconfig}", f"--cache-dir={bare_plane.folder}/kubectl"]
    command = [str(bare_plane.binaries / KUBECTL), *own, "apply", "--server-side", "--dry-run=server", "-f", "-"]
    done = subprocess.run(  # noqa: S603  # our own kubectl
        command, input=write_documents(rendered), capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == len(rendered)


def test_the_processes_accept_their_configuration(rendered: list[Manifest], tmp_path: Path) -> None:
    """The settings in the ConfigMaps are valid for the operator and for the consent server."""
    for manifest in rendered:
        text = (manifest.get("data") or {}).get("config.yaml") if manifest["kind"] == "ConfigMap" else None
        if text is None:
            continue
        path = tmp_path / "config.yaml"
        for mounted in ("/etc/oauth-connector-trust/ca.pem", "/etc/oauth-connector-proxy-ca/ca.pem"):
            text = text.replace(mounted, str(path))
        path.write_text(text.replace("/etc/oauth-connector-proxy\n", f"{tmp_path}\n"))
        load = consent_server.load if manifest["metadata"]["name"].endswith("-consent") else operator.load
        load({"config": path})


def pod_specs(objects: list[Manifest]) -> Iterator[dict[str, Any]]:
    """Yield the spec of each Pod."""
    for each in objects:
        if each["kind"] in ("Deployment", "Job"):
            yield each["spec"]["template"]["spec"]


def test_no_pod_mounts_a_token_that_is_not_renewed(rendered: list[Manifest]) -> None:
    """Each Pod has a projected token of about an hour, and its container has requests and a limit of memory."""
    for spec in pod_specs(rendered):
        assert spec["automountServiceAccountToken"] is False
        (token,) = (each["projected"] for each in spec["volumes"] if each["name"] == "token")
        assert token["sources"][0]["serviceAccountToken"]["expirationSeconds"] == 3607
        (container,) = spec["containers"]
        assert set(container["resources"]["requests"]) == {"cpu", "memory", "ephemeral-storage"}
        assert set(container["resources"]["limits"]) == {"memory"}


def test_with_namespaces_no_object_belongs_to_the_whole_cluster(helm: HelmClient) -> None:
    """A tenant installs Roles and RoleBindings in its own namespace, and nothing outside of it."""
    objects = helm.render(MATRIX["tenant"])
    assert {each["metadata"].get("namespace") for each in objects} == {"oauth-connector-system"}
    assert not {each["kind"] for each in objects} & {"ClusterRole", "ClusterRoleBinding"}


def test_operator_and_consent_server_have_the_same_address(helm: HelmClient) -> None:
    """One value sets the address of both, so the redirect URIs fit."""
    objects = helm.render({"consent": {**CONSENT, "publicURL": ADDRESS}})
    configs = [
        read_yaml(find(objects, "ConfigMap", name)["data"]["config.yaml"])
        for name in ("oauth-connector", "oauth-connector-consent")
    ]
    assert [each["publicURL"] for each in configs] == [ADDRESS, ADDRESS]


def test_the_host_of_the_routes_has_no_port(helm: HelmClient) -> None:
    """An Ingress and an HTTPRoute name a host; the address of browsers may have a port."""
    objects = helm.render(MATRIX["routes"])
    ingress, route = (find(objects, kind, "oauth-connector-consent")["spec"] for kind in ("Ingress", "HTTPRoute"))
    assert [each["host"] for each in ingress["rules"]] == route["hostnames"] == ["connect.example.com"]
    assert ingress["tls"] == [{"hosts": ["connect.example.com"], "secretName": "connect-tls"}]


def test_no_pod_may_read_the_metrics_by_default(helm: HelmClient) -> None:
    """They contain the names of all connectors and token hosts; `metricsFrom` opens them."""
    policy = find(helm.render({}), "NetworkPolicy")["spec"]
    assert policy["ingress"] == []
    assert "Ingress" in policy["policyTypes"]


def test_the_ports_of_allowed_destinations_are_open(helm: HelmClient) -> None:
    """The NetworkPolicy of the operator allows each port of a destination once, and those of the API server."""
    policy = find(helm.render(MATRIX["everything of Pods"]), "NetworkPolicy")["spec"]
    assert [each["port"] for each in policy["egress"][0]["ports"]] == [443, 8443, 6443, 9443]


def test_the_egress_proxy_is_reached_with_the_credentials_of_its_secret(helm: HelmClient) -> None:
    """Its port is open, its Secret is mounted with two keys and is no part of the settings, and so is its authority."""
    objects = helm.render(MATRIX["egress proxy"])
    policy, pod = find(objects, "NetworkPolicy")["spec"], find(objects, "Deployment")["spec"]["template"]["spec"]
    assert [each["port"] for each in policy["egress"][0]["ports"]] == [443, 8443, 6443, 3129]
    volumes = {each["name"]: each for each in pod["volumes"]}
    items = [{"key": key, "path": key} for key in ("username", "password")]
    assert volumes["proxy"]["secret"] == {"secretName": "egress-proxy", "items": items}
    assert volumes["proxy-ca"]["configMap"]["items"] == [{"key": "proxy.pem", "path": "ca.pem"}]
    mounted = {each["name"]: each["mountPath"] for each in pod["containers"][0]["volumeMounts"]}
    settings = read_yaml(find(objects, "ConfigMap")["data"]["config.yaml"])
    assert settings["httpsProxyCredentials"] == mounted["proxy"]
    assert settings["httpsProxyTrustBundle"] == f"{mounted['proxy-ca']}/ca.pem"


def test_without_a_proxy_nothing_of_it_is_mounted(helm: HelmClient) -> None:
    """Values for a proxy without its URL have no effect: a chart of a platform may set them for all."""
    objects = helm.render({"egressProxy": {"secretName": "egress-proxy", "noProxy": ["*.corp.example"]}})
    pod = find(objects, "Deployment")["spec"]["template"]["spec"]
    assert "proxy" not in {each["name"] for each in pod["volumes"]}
    assert "roxy" not in find(objects, "ConfigMap")["data"]["config.yaml"]


def test_a_changed_setting_restarts_the_pods(helm: HelmClient) -> None:
    """The template of the Pods contains a digest of the settings."""

    def digest(level: str) -> str:
        objects = helm.render({"settings": {"logLevel": level}})
        annotations = find(objects, "Deployment")["spec"]["template"]["metadata"]["annotations"]
        found: str = annotations["checksum/config"]
        return found

    assert digest("info") == digest("info") != digest("debug")


def test_two_releases_have_no_common_object(helm: HelmClient) -> None:
    """With CRDs, policies and user roles in one of them, two releases in one namespace do not collide."""
    once = {"crds": {"enabled": False}, "policies": {"enabled": False}, "userRoles": {"enabled": False}}
    first, second = helm.render({"consent": CONSENT}), helm.render({"consent": CONSENT, **once}, "shard-b")
    names = [{(each["kind"], each["metadata"]["name"]) for each in objects} for objects in (first, second)]
    assert names[0] & names[1] == set()
    selectors = [find(first, "Deployment"), find(second, "Deployment", "shard-b-oauth-connector")]
    assert len({str(each["spec"]["selector"]) for each in selectors}) == 2
