"""The output of `oauth-connector lint`: text for a terminal, JSON for programs, SARIF for code scanning."""

import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from oauth_connector.cli.lint.findings import DESCRIPTIONS, LEVELS, Finding, Level, LintResult, LintRule

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def format_text(result: LintResult) -> str:
    """Return a line for each finding, as compilers print it, and a summary."""
    lines = [_format_line(finding) for finding in result.findings]
    return "\n".join([*lines, _format_summary(result)])


def format_json(result: LintResult) -> str:
    """Return an object with `manifests` (their number) and `findings` (a list)."""
    findings = [_as_object(finding) for finding in result.findings]
    return json.dumps({"manifests": result.manifests, "findings": findings}, indent=2)


def format_sarif(result: LintResult) -> str:
    """Return a log file of one run (OASIS SARIF 2.1.0)."""
    rules = [
        {
            "id": rule.value,
            "shortDescription": {"text": DESCRIPTIONS[rule]},
            "defaultConfiguration": {"level": LEVELS[rule].value},
        }
        for rule in LintRule
    ]
    driver = {"name": "oauth-connector lint", "version": version("oauth-connector-operator"), "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_as_sarif(finding) for finding in result.findings],
    }
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


FORMATS: Mapping[str, Callable[[LintResult], str]] = {
    "text": format_text,
    "json": format_json,
    "sarif": format_sarif,
}


def _format_line(finding: Finding) -> str:
    line, column = finding.position
    subject = f"{finding.subject}: " if finding.subject else ""
    text = f"{finding.file}:{line}:{column}: {finding.level.value}: {subject}{finding.text} [{finding.rule.value}]"
    # A key of a manifest may contain a line break: it would begin a line that a CI system reads as a command.
    return "".join(letter if letter.isprintable() else "·" for letter in text)


def _format_summary(result: LintResult) -> str:
    counts = (
        _format_count(result.manifests, "manifest"),
        _format_count(result.count(Level.ERROR), "error"),
        _format_count(result.count(Level.WARNING), "warning"),
    )
    return ", ".join(counts)


def _format_count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _as_object(finding: Finding) -> dict[str, Any]:
    return {
        "file": finding.file,
        "line": finding.position.line,
        "column": finding.position.column,
        "level": finding.level.value,
        "rule": finding.rule.value,
        "subject": finding.subject,
        "field": finding.path,
        "message": finding.message,
    }


def _as_sarif(finding: Finding) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": _as_uri(finding.file)},
        "region": {"startLine": finding.position.line, "startColumn": finding.position.column},
    }
    location: dict[str, Any] = {"physicalLocation": place}
    if finding.subject:
        name = {
            "name": finding.path or finding.subject,
            "fullyQualifiedName": f"{finding.subject} {finding.path}".strip(),
        }
        location["logicalLocations"] = [name]
    return {
        "ruleId": finding.rule.value,
        "ruleIndex": list(LintRule).index(finding.rule),
        "level": finding.level.value,
        "message": {"text": f"{finding.subject}: {finding.text}" if finding.subject else finding.text},
        "locations": [location],
    }


def _as_uri(file: str) -> str:
    """Return a URI reference: relative where the file was named so (SARIF §3.4.4)."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
