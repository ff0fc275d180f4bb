"""The audit of the simulation detects violations."""

from dataclasses import replace

import pytest

from tests.simulation.audit import Audit
from tests.simulation.weather import Spell, Spells
from tests.support.builders import NOW, a_connector, a_token, an_output


def audit_of(*spells: Spell) -> Audit:
    """Return the audit of one connector whose host has these faults."""
    weather = Spells(list(spells))
    audit = Audit(lambda _host, start, end: weather.touches(start, end))
    audit.hosts["crm"] = "login.example"
    return audit


def show(audit: Audit, at: float, lifetime: int = 3600) -> None:
    """Publish a token that was just issued."""
    connector = a_connector()
    output = an_output(connector, a_token(connector, issued=NOW + int(at), lifetime=lifetime))
    audit.wrote(replace(output, connector="crm"), at)


def test_a_token_that_expired_without_a_fault_is_a_violation() -> None:
    """There was no fault in the last minute of its lifetime, and yet it was replaced too late."""
    audit = audit_of()
    show(audit, 0)
    show(audit, 3601)
    assert len(audit.breaches) == 1


def test_a_token_that_expired_in_an_outage_is_excused() -> None:
    """There was a fault until ten seconds before."""
    audit = audit_of(Spell(3000, 3590))
    show(audit, 0)
    show(audit, 3700)
    assert audit.breaches == []
    assert audit.excused == 1


def test_a_token_that_is_expired_at_the_end_is_a_violation() -> None:
    """It was not replaced at all."""
    audit = audit_of()
    show(audit, 0)
    audit.close(4000)
    assert len(audit.breaches) == 1


def test_two_requests_within_ten_seconds_are_a_violation() -> None:
    """The second was sent after nine and a half."""
    audit = audit_of()
    audit.called("crm", 100.0, failing=True)
    audit.called("crm", 109.5, failing=False)
    assert len(audit.breaches) == 1


def test_a_herd_is_measured_against_the_mean() -> None:
    """Ten windows with one request each, and one with ten."""
    audit = audit_of()
    day = 86400
    for number in range(11):
        audit.called("crm", day + number * 300.0, failing=False)
    for number in range(9):
        audit.called("crm", day + 10 + number * 12.0, failing=False)
    audit.called("crm", day + 12 * 300.0, failing=False)
    assert audit.herd(5) == pytest.approx(10 / 2, rel=0.3)
