"""The test data of Argo CD's health checks: the object of each situation as the operator writes it, and its health.

The message of the health is that of the condition `Ready`, unless the connector is suspended. The test runs Argo CD's
Lua on the object and compares.

    python -m tests.support.argocd_test_data            writes the files that are stale (part of `make generate`)
    python -m tests.support.argocd_test_data --check    names them, and fails if there are any (part of `make check`)
"""

import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from devtools.generate.argocd_config import CUSTOMIZATIONS
from devtools.generate.generated_files import freshen
from tests.support.situations import SITUATIONS

KIND = CUSTOMIZATIONS / "oauthconnector.dev" / "OAuthConnector"
HEALTH = KIND / "health_test.yaml"
SUSPENDED = "The connector is suspended. Set spec.suspend to false."
"""The message of `health.lua` while `spec.suspend` is true, whatever the conditions say."""


class _Dumper(yaml.SafeDumper):
    """YAML without anchors: a list that is in two places is written twice."""

    def ignore_aliases(self, _data: object) -> bool:
        """Write each value in full."""
        return True


def path_of(situation: str) -> Path:
    """Return the path of a situation's file."""
    return KIND / "testdata" / (re.sub(r"[^a-z]+", "-", situation) + ".yaml")


def _dump(document: object) -> str:
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)


def _object_of(situation: str) -> str:
    return _dump(SITUATIONS[situation].manifest())


def _message_of(manifest: Mapping[str, Any]) -> str:
    if manifest["spec"].get("suspend"):
        return SUSPENDED
    conditions = manifest["status"]["conditions"]
    return str(next(condition["message"] for condition in conditions if condition["type"] == "Ready"))


def _health_tests() -> str:
    document = yaml.safe_load(HEALTH.read_text(encoding="utf-8"))
    situations = {f"testdata/{path_of(name).name}": situation for name, situation in SITUATIONS.items()}
    for test in document["tests"]:
        if situation := situations.get(test["inputPath"]):
            test["healthStatus"] = {"status": situation.argo, "message": _message_of(situation.manifest())}
    return _dump(document)


FILES: Mapping[Path, Callable[[], str]] = {
    **{path_of(name): partial(_object_of, name) for name in SITUATIONS},
    HEALTH: _health_tests,
}


if __name__ == "__main__":
    sys.exit(freshen(FILES, check="--check" in sys.argv[1:]))
