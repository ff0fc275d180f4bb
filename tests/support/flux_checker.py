"""The contract of Flux for conditions, as a table: `runtime/conditions/check` of github.com/fluxcd/pkg.

It has the FAIL rules with their numbers, and the relevant warnings. `RefreshFailed` may be true together with `Ready`,
so it is not among the abnormal conditions of FAIL0001.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Status = Mapping[str, Any]

ABNORMAL = ("Reconciling", "Stalled")
ONLY_WHILE_TRUE = (*ABNORMAL, "RefreshFailed")


@dataclass(frozen=True)
class _Seen:
    generation: int
    observed: int | None
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def state(self, kind: str) -> str | None:
        """Return the status of a condition, or None."""
        return self.conditions[kind]["status"] if kind in self.conditions else None

    def generations(self) -> list[int | None]:
        """Return the observed generation of every condition."""
        return [condition.get("observedGeneration") for condition in self.conditions.values()]


def flux_problems(status: Status, generation: int) -> list[str]:
    """Return the problems that Flux's checker reports."""
    seen = _seen(status, generation)
    return [sentence for sentence, is_broken in _RULES.items() if is_broken(seen)]


def _seen(status: Status, generation: int) -> _Seen:
    conditions = {condition["type"]: condition for condition in status.get("conditions", ())}
    return _Seen(generation, status.get("observedGeneration"), conditions)


def _beside(seen: _Seen, kind: str, *allowed: str) -> bool:
    """Return whether a condition is true together with a `Ready` that excludes it."""
    return seen.state(kind) == "True" and seen.state("Ready") not in (None, *allowed)


_RULES: Mapping[str, Callable[[_Seen], bool]] = {
    "FAIL0001: an abnormal condition is true beside a true Ready": lambda seen: (
        seen.state("Ready") == "True" and any(seen.state(kind) == "True" for kind in ABNORMAL)
    ),
    "FAIL0002: Ready is missing": lambda seen: "Ready" not in seen.conditions,
    "FAIL0003: Reconciling beside a Ready that is neither False nor Unknown": lambda seen: _beside(
        seen, "Reconciling", "False", "Unknown"
    ),
    "FAIL0004: Stalled beside a Ready that is not False": lambda seen: _beside(seen, "Stalled", "False"),
    "FAIL0005: Reconciling and Stalled at once": lambda seen: set(ABNORMAL) <= seen.conditions.keys(),
    "FAIL0006: a generation is observed that is not there yet": lambda seen: (seen.observed or 0) > seen.generation,
    "FAIL0007: Ready, but the generation is not observed yet": lambda seen: (
        seen.state("Ready") == "True" and (seen.observed or 0) < seen.generation
    ),
    "FAIL0008: Ready, but a condition is of an earlier generation": lambda seen: (
        seen.state("Ready") == "True" and any((each or 0) < seen.generation for each in seen.generations())
    ),
    "FAIL0009: Ready, but a condition is of another generation than the root": lambda seen: (
        seen.state("Ready") == "True" and any(each != seen.observed for each in seen.generations())
    ),
    "FAIL0011: Ready is Unknown without Reconciling": lambda seen: (
        seen.state("Ready") == "Unknown" and seen.state("Reconciling") != "True"
    ),
    "WARN0003, WARN0004: a condition is there without being true": lambda seen: any(
        seen.state(kind) not in (None, "True") for kind in ONLY_WHILE_TRUE
    ),
    "WARN0005: a condition has no generation": lambda seen: any((each or 0) < 1 for each in seen.generations()),
    "a condition has no reason": lambda seen: any(not each.get("reason") for each in seen.conditions.values()),
}
