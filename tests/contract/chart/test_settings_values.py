"""The chart and the processes refuse the same settings: what Helm installs, starts."""

from pathlib import Path

import pytest

from oauth_connector.settings import consent_server, operator
from oauth_connector.settings.sources import PREFIX, Configuration, InvalidSettings
from tests.support.chart_values import CONSENT, Values
from tests.support.helm import HelmClient, HelmError, Manifest, find
from tests.support.settings_values import ACCEPTED, REFUSED


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove variables that the environment of the test run may contain."""
    for kind in (operator.Settings, consent_server.ConsentSettings):
        for name in kind.model_fields:
            monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


def load_both(folder: Path, values: Values) -> list[Configuration]:
    """Read the settings that values contain, as both processes do; null is the absence of a setting."""
    consent = values.get("consent", {}).get("settings", {})
    proxy = values.get("egressProxy", {})
    of_proxy = {"httpsProxy": proxy["url"], "noProxy": proxy.get("noProxy", [])} if proxy else {}
    tokens = [{**each, "file": "/token"} for each in values.get("operatorTokens", [])]
    of_proxy |= {"operatorTokens": tokens} if tokens else {}
    given = ({**values.get("settings", {}), **of_proxy}, {"publicURL": CONSENT["publicURL"], **consent})
    contents = [{name: value for name, value in settings.items() if value is not None} for settings in given]
    return load_files(folder, *(str(content) for content in contents))  # YAML has the notation of Python


def load_files(folder: Path, *contents: str) -> list[Configuration]:
    """Read the files of the operator and of the consent server."""
    paths = [folder / "operator.yaml", folder / "consent.yaml"]
    for path, content in zip(paths, contents, strict=True):
        path.write_text(content, encoding="utf-8")
    return [operator.load({"config": paths[0]}), consent_server.load({"config": paths[1]})]


def read_config(objects: list[Manifest], name: str) -> str:
    """Return the settings file in a ConfigMap."""
    [content] = find(objects, "ConfigMap", name)["data"].values()
    return str(content)


@pytest.mark.parametrize(("values", "message"), REFUSED.values(), ids=REFUSED)
def test_helm_refuses_settings_with_which_no_process_would_start(
    renderer: HelmClient, tmp_path: Path, values: Values, message: str
) -> None:
    """The administrator reads the field at the installation, not in the log of a Pod that does not become ready."""
    with pytest.raises(InvalidSettings):
        load_both(tmp_path, values)
    with pytest.raises(HelmError) as refused:
        renderer.render(values)
    assert message in str(refused.value).replace(".", "/").replace("'", "")


@pytest.mark.parametrize("values", ACCEPTED.values(), ids=ACCEPTED)
def test_settings_that_helm_installs_are_read_by_the_processes(
    renderer: HelmClient, tmp_path: Path, values: Values
) -> None:
    """The processes read what the chart renders."""
    objects = renderer.render({**values, "consent": {**CONSENT, **values.get("consent", {})}})
    names = ("oauth-connector", "oauth-connector-consent")
    assert len(load_files(tmp_path, *(read_config(objects, name) for name in names))) == 2


def test_the_drain_waits_longer_than_the_operator_may_take(renderer: HelmClient) -> None:
    """A shorter wait would let Helm delete the permissions of an operator that stores a refresh token."""
    deployment = find(renderer.render({}), "Deployment")
    grace = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    assert renderer.render({"drain": {"timeoutSeconds": grace + 1}})
    for short in (5, grace):
        with pytest.raises(HelmError, match=r"drain.timeoutSeconds"):
            renderer.render({"drain": {"timeoutSeconds": short}})
