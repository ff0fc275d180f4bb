"""The test data of Argo CD's health checks: the object of each situation as the operator writes it, and its health.

The message of the health is that of the condition `Ready`; the test runs Argo CD's Lua on the object and compares.

    python -m tests.support.argocd_test_data            writes the files that are stale (part of `make generate`)
    python -m tests.support.argocd_test_data --check    names them, and fails if there are any (part of `make check`)
"""

import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import yaml

from devtools.generate.argocd_config import CUSTOMIZATIONS
from devtools.generate.generated_files import freshen
from tests.support.situations import SITUATIONS

KIND = CUSTOMIZATIONS / "oauthconnector.dev" / "OAuthConnector"
HEALTH = KIND / "health_test.yaml"


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


def _health_tests() -> str:
    document = yaml.safe_load(HEALTH.read_text(encoding="utf-8"))
    situations = {f"testdata/{path_of(name).name}": situation for name, situation in SITUATIONS.items()}
    for test in document["tests"]:
        if situation := situations.get(test["inputPath"]):
            conditions = situation.manifest()["status"]["conditions"]
            ready = next(condition for condition in conditions if condition["type"] == "Ready")
            test["healthStatus"] = {"status": situation.argo, "message": ready["message"]}
    return _dump(document)


FILES: Mapping[Path, Callable[[], str]] = {
    **{path_of(name): partial(_object_of, name) for name in SITUATIONS},
    HEALTH: _health_tests,
}


if __name__ == "__main__":
    sys.exit(freshen(FILES, check="--check" in sys.argv[1:]))
