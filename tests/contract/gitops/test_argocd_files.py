"""The files for Argo CD, laid out as its repository expects them, and tested as its own tests do."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from devtools.generate.argocd_config import CUSTOMIZATIONS
from tests.support.argocd_test_data import path_of
from tests.support.gitops_judge import JudgeError, act, judge
from tests.support.situations import SITUATIONS
from tests.support.yaml_documents import read_yaml

KINDS = CUSTOMIZATIONS / "oauthconnector.dev"
ACTIONS = KINDS / "OAuthConnector" / "actions"


def read(path: Path) -> Any:
    """Return the content of a YAML file."""
    return read_yaml(path.read_text(encoding="utf-8"))


HEALTH_TESTS = [
    (path.parent, test) for path in sorted(KINDS.glob("*/health_test.yaml")) for test in read(path)["tests"]
]
ACTION_TESTS = read(ACTIONS / "action_test.yaml")


@pytest.mark.parametrize(("folder", "test"), HEALTH_TESTS, ids=lambda value: getattr(value, "name", None))
def test_a_health_test_passes(folder: Path, test: dict[str, Any]) -> None:
    """The health of each object in testdata is the expected one, with its message."""
    (verdict,) = judge(read(folder / test["inputPath"]))
    assert {"status": verdict.argo, "message": verdict.message} == test["healthStatus"]


def test_every_file_of_test_data_is_judged() -> None:
    """No object in testdata is forgotten in health_test.yaml."""
    judged = {folder / test["inputPath"] for folder, test in HEALTH_TESTS}
    assert judged == set(KINDS.glob("*/testdata/*.yaml"))


@pytest.mark.parametrize("name", SITUATIONS)
def test_test_data_is_what_the_operator_writes(name: str) -> None:
    """The object of each situation is the one that the operator writes today."""
    assert read(path_of(name)) == SITUATIONS[name].manifest()


@pytest.mark.parametrize("test", ACTION_TESTS["discoveryTests"], ids=lambda test: test["inputPath"])
def test_a_discovery_test_passes(test: dict[str, Any]) -> None:
    """Argo CD offers an action only where it does something."""
    (verdict,) = judge(read(ACTIONS / test["inputPath"]))
    assert verdict.actions == {each["name"]: not each["disabled"] for each in test["result"]}


@pytest.mark.parametrize("test", ACTION_TESTS["actionTests"], ids=lambda test: test["action"])
def test_an_action_test_passes(test: dict[str, Any]) -> None:
    """An action changes what it is named after and nothing else; the time in an annotation is now."""
    changed = act(test["action"], read(ACTIONS / test["inputPath"]))
    assert with_fixed_times(changed) == with_fixed_times(read(ACTIONS / test["expectedOutputPath"]))


def test_the_time_of_a_request_is_utc() -> None:
    """The value of the annotation is a time in RFC 3339."""
    changed = act("refresh", read(ACTIONS / "testdata" / "connector.yaml"))
    value = changed["metadata"]["annotations"]["oauthconnector.dev/refresh-requested-at"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value)


def test_every_action_is_tested() -> None:
    """Each folder with an action has a test, and no other action exists."""
    assert {test["action"] for test in ACTION_TESTS["actionTests"]} == {p.parent.name for p in ACTIONS.glob("*/*.lua")}
    with pytest.raises(JudgeError):
        act("restart", read(ACTIONS / "testdata" / "connector.yaml"))


def with_fixed_times(found: dict[str, Any]) -> dict[str, Any]:
    """Return an object with one time in all annotations."""
    fixed = copy.deepcopy(found)
    annotations = fixed["metadata"].get("annotations", {})
    annotations.update(dict.fromkeys(annotations, "0001-01-01T00:00:00Z"))
    return fixed
