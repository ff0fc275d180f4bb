"""Alert rules and the dashboard use series that are served, and each rule fires when it should."""

import asyncio
import json
import re
import subprocess
from pathlib import Path

import pytest

from devtools.go_programs.programs import program
from oauth_connector.telemetry.metrics import Metrics
from tests.support.yaml_documents import read_yaml

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "deploy" / "monitoring"
RULES = MONITORING / "alerts.yaml"
TESTS = Path(__file__).parent / "alerts_test.yaml"


def rules() -> list[dict[str, str]]:
    """Return the alert rules."""
    return [rule for group in read_yaml(RULES.read_text())["groups"] for rule in group["rules"]]


def queries() -> list[str]:
    """Return every query of the rules and of the dashboard."""
    panels = json.loads((MONITORING / "dashboard.json").read_text())["panels"]
    return [rule["expr"] for rule in rules()] + [target["expr"] for panel in panels for target in panel["targets"]]


def served() -> set[str]:
    """Return the names of the series that a scrape may contain."""
    page = Metrics().render().decode()
    names = set[str]()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", page, re.MULTILINE):
        names |= {f"{name}_{part}" for part in ("bucket", "sum", "count")} if kind == "histogram" else {name}
    return names


@pytest.mark.timeout(1200)  # the tool is built once, which takes minutes
@pytest.mark.parametrize("arguments", [("check", "rules", str(RULES)), ("test", "rules", str(TESTS))])
async def test_the_rules_fire_when_they_should_and_not_otherwise(arguments: tuple[str, ...]) -> None:
    """Prometheus' own tool evaluates each rule over recorded series."""
    tool = await asyncio.to_thread(program, "promtool")
    done = await asyncio.to_thread(subprocess.run, [str(tool), *arguments], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_rule_is_tested_and_explained() -> None:
    """A rule without a test may never fire; a rule without a page does not help its reader."""
    tests = read_yaml(TESTS.read_text())["tests"]
    tested = {case["alertname"] for test in tests for case in test["alert_rule_test"]}
    explained = (ROOT / "docs" / "how-to" / "monitor.md").read_text()
    names = {rule["alert"] for rule in rules()}
    assert names == tested
    assert all(f"### {name}\n" in explained for name in names)


def test_queries_name_series_that_are_served() -> None:
    """A renamed series is renamed in rules and dashboard too."""
    named = {name for query in queries() for name in re.findall(r"\b(?:oauth_connector|process)_\w+", query)}
    assert named <= served(), named - served()
    assert {name for name in served() if name.startswith("oauth_connector_") and name.endswith("_bucket")}
