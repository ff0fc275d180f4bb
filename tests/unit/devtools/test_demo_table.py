"""What the demo counts, and so what its last line says."""

from typing import Any

import pytest

from devtools.demo.table import Board


def shown(name: str, issued: str | None = None, **conditions: tuple[str, str]) -> dict[str, Any]:
    """Give a connector with a token of that time, and conditions by type: status and reason."""
    told = [{"type": kind, "status": status, "reason": reason} for kind, (status, reason) in conditions.items()]
    times = {"issueTime": issued, "expirationTime": issued, "nextRefreshTime": issued} if issued else {}
    return {
        "metadata": {"name": name},
        "spec": {"grantType": "ClientCredentials"},
        "status": {"conditions": told, "secretRef": {"name": f"{name}-token"}, **times},
    }


def at(second: int) -> str:
    """Give a time as status has it."""
    return f"2026-01-01T00:00:{second:02}Z"


READY = ("True", "TokenIssued")


def test_a_connector_that_is_not_seen_yet_is_neither_ready_nor_wrong() -> None:
    """Without conditions there is nothing to count."""
    board = Board("")
    board.take([{"metadata": {"name": "crm"}, "spec": {"grantType": "Password"}}])
    assert (board.connectors, board.ready, board.refreshes, board.errors) == (1, 0, 0, 0)
    assert not board.refreshed_twice


def test_each_new_token_after_the_first_is_a_refresh() -> None:
    """The same token, looked at often, counts once; two refreshes of each are what the demo promises."""
    board = Board("")
    for second in (0, 0, 18, 18):
        board.take([shown("crm", at(second), Ready=READY), shown("erp", at(second), Ready=READY)])
    assert (board.ready, board.refreshes) == (2, 2)
    board.take([shown("crm", at(36), Ready=READY), shown("erp", at(18), Ready=READY)])
    assert not board.refreshed_twice
    board.take([shown("crm", at(36), Ready=READY), shown("erp", at(37), Ready=READY)])
    assert board.refreshed_twice
    assert (board.refreshes, board.errors) == (4, 0)


def test_what_goes_wrong_is_counted_once() -> None:
    """A connector that loses its token is one error, however often it is looked at."""
    board = Board("")
    board.take([shown("crm", at(0), Ready=READY)])
    for _ in range(3):
        board.take([shown("crm", at(0), Ready=("False", "TokenExpired"))])
    assert (board.ready, board.errors) == (0, 1)


def test_what_cannot_be_looked_at_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """An API server that does not answer is told, and counted."""
    board = Board("")
    board.say("the API server answers 503")
    assert board.errors == 1
    assert "503" in capsys.readouterr().err


def test_away_from_a_terminal_each_change_is_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody watches, what to try next comes first, then a line for each change and now and then a sum."""
    for variable in ("FORCE_COLOR", "TTY_COMPATIBLE"):  # by which a CI may claim to be a terminal
        monkeypatch.delenv(variable, raising=False)
    board = Board("try this")
    with board.live():
        board.take([shown("crm", at(0), Ready=READY)])
        board.take([shown("crm", at(0), Ready=READY)])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["try this", "crm: TokenIssued, expires in 0 s", "1 of 1 ready, 0 refreshes"]
