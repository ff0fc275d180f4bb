"""A step of a diagnosis: two clocks, that of a provider and the one that the operator is assumed to have."""

from dataclasses import dataclass

from oauth_connector.diagnosis.step import DiagnosisStep

CLOCK_TOLERANCE = 60
"""Seconds by which clocks may differ: what many servers accept in the times of an assertion (RFC 7523 §3)."""


@dataclass(frozen=True, slots=True)
class ReferenceClock:
    """A clock by name, and by how many seconds it is ahead of that of this machine."""

    name: str = "this machine"
    ahead: float = 0.0


def compare_clocks(offset: float | None, host: str, reference: ReferenceClock) -> DiagnosisStep:
    """Return the step that compares a clock with that of a host, `offset` seconds ahead of this machine's."""
    if offset is None:
        return DiagnosisStep("clock", passed=None, text=f"not checked. {host} returned no date.")
    difference = offset - reference.ahead
    if abs(difference) <= CLOCK_TOLERANCE:
        return DiagnosisStep("clock", passed=True, text=f"that of {reference.name} agrees with that of {host}")
    direction = "behind" if difference > 0 else "ahead of"
    text = (
        f"the clock of {reference.name} is {abs(difference):.0f} s {direction} that of {host}. Correct it:"
        " certificates, assertions and lifetimes depend on it. If it is right, the provider must correct its clock."
    )
    return DiagnosisStep("clock", passed=False, text=text)
