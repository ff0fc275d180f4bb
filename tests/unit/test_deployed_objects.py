"""The manifests of the repository can be applied together, and settings can be replaced in them."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from oauth_connector.settings.operator import PREFIX, Settings, load
from tests.support.yaml_documents import read_documents

DEPLOY = Path(__file__).parents[2] / "deploy"
OPERATORS = ("install.yaml", "kustomize/base/operator.yaml", "kustomize/namespaced/operator.yaml")
Manifest = dict[str, Any]


def read_manifests(path: Path) -> list[Manifest]:
    """Return the objects of a file."""
    return [each for each in read_documents(path.read_text()) if each is not None]


def test_no_two_manifests_define_the_same_object() -> None:
    """The later one would replace the other: the user role would become that of the consent server."""
    names = Counter(
        (thing["kind"], thing["metadata"].get("namespace"), thing["metadata"]["name"])
        for path in (DEPLOY / "install.yaml", DEPLOY / "kustomize" / "consent-server" / "consent-server.yaml")
        for thing in read_manifests(path)
    )
    assert [name for name, times in names.items() if times > 1] == []


def test_the_manifests_for_one_namespace_have_no_object_of_the_cluster() -> None:
    """A tenant may apply them: operator and consent server have Roles."""
    for path in ("namespaced/operator.yaml", "consent-server-namespaced/consent-server.yaml"):
        objects = read_manifests(DEPLOY / "kustomize" / path)
        assert {each["metadata"].get("namespace") for each in objects} == {"oauth-connector-system"}


@pytest.mark.parametrize("settings", ["logLevel: info", "selector: shard=a", "namespaces: [team-a]", "leaseName: mine"])
@pytest.mark.parametrize("path", OPERATORS)
def test_the_operator_may_use_its_lease_with_any_settings_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str, settings: str
) -> None:
    """A ConfigMap that a patch replaces cannot change the name, because the Role contains it."""
    objects = read_manifests(DEPLOY / path)
    (deployment,) = (each for each in objects if each["kind"] == "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    for variable in container["env"]:
        monkeypatch.setenv(variable["name"], variable.get("value", "from-the-pod"))
    file = tmp_path / "config.yaml"
    file.write_text(settings)
    options = {"namespaces": "from-the-pod"} if "--namespaces=$(POD_NAMESPACE)" in container["args"] else {}
    assert permitted_leases(objects) == [load({"config": file, **options}).own_lease_name]


def permitted_leases(objects: list[Manifest]) -> list[str]:
    """Return the names of the Leases that the Roles permit."""
    rules = [rule for each in objects if each["kind"] == "Role" for rule in each["rules"]]
    return [name for rule in rules if rule["resources"] == ["leases"] for name in rule.get("resourceNames", ())]
