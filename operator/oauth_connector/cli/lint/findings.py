"""Findings of `oauth-connector lint`, and the closed set of its rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """Severity, in the words of SARIF 2.1.0 §3.27.10."""

    ERROR = "error"
    WARNING = "warning"


class LintRule(StrEnum):
    """What a finding is about; the value identifies the rule in each output format."""

    YAML = "yaml"
    FIELD = "field"
    DUPLICATE_NAME = "duplicate-name"
    SHARED_SECRET = "shared-secret"
    MISSING_KEY = "missing-key"
    CONNECTOR_LOOP = "connector-loop"
    FORBIDDEN_LABEL = "forbidden-label"


DESCRIPTIONS = {
    LintRule.YAML: "The file is YAML that the Kubernetes API accepts: one value for each key.",
    LintRule.FIELD: "The API server accepts each field of the manifest.",
    LintRule.DUPLICATE_NAME: "A folder has one manifest for each kind, namespace and name.",
    LintRule.SHARED_SECRET: "Each connector has an output Secret of its own in its namespace.",
    LintRule.MISSING_KEY: "A Secret in the same folder has the keys that connectors refer to.",
    LintRule.CONNECTOR_LOOP: "No connector depends on its own token, by way of others in the same folder.",
    LintRule.FORBIDDEN_LABEL: "The settings of the operator allow the labels of controllers on output Secrets.",
}
LEVELS = dict.fromkeys(LintRule, Level.ERROR) | {LintRule.MISSING_KEY: Level.WARNING}


class Position(NamedTuple):
    """A place in a file. Lines and columns count from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake in a manifest: where it is, and what to do.

    `subject` is `kind namespace/name`, empty where no manifest could be read. `path` is the path of the field, empty
    for a manifest as a whole. No text contains a value of the manifest: a value may be a secret in the wrong field.
    """

    file: str
    position: Position
    rule: LintRule
    message: str
    subject: str = ""
    path: str = ""

    @property
    def level(self) -> Level:
        """Return the severity of the rule."""
        return LEVELS[self.rule]

    @property
    def text(self) -> str:
        """Return the path of the field and the message, as one sentence."""
        return f"{self.path} {self.message}" if self.path else self.message


@dataclass(frozen=True, slots=True)
class LintResult:
    """The findings in the order of files and positions, and the number of manifests that were judged."""

    findings: tuple[Finding, ...]
    manifests: int

    def count(self, level: Level) -> int:
        """Return the number of findings of a level."""
        return sum(finding.level is level for finding in self.findings)


def sort_findings(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order of files and positions."""
    return tuple(sorted(findings, key=lambda finding: (finding.file, finding.position, finding.path, finding.rule)))
