"""The demo counts connectors, refreshes and errors for its last line."""

from typing import Any

import pytest

from devtools.demo.table import ConnectorTable


def connector(name: str, issued: str | None = None, **conditions: tuple[str, str]) -> dict[str, Any]:
    """Return a connector with a token of that time, and conditions by type: status and reason."""
    states = [{"type": kind, "status": status, "reason": reason} for kind, (status, reason) in conditions.items()]
    times = {"issueTime": issued, "expirationTime": issued, "nextRefreshTime": issued} if issued else {}
    return {
        "metadata": {"name": name},
        "spec": {"grantType": "ClientCredentials"},
        "status": {"conditions": states, "secretRef": {"name": f"{name}-token"}, **times},
    }


def at(second: int) -> str:
    """Return a time as in status."""
    return f"2026-01-01T00:00:{second:02}Z"


READY = ("True", "TokenIssued")


def test_a_connector_without_status_is_neither_ready_nor_an_error() -> None:
    """Without conditions there is nothing to count."""
    board = ConnectorTable("")
    board.update([{"metadata": {"name": "crm"}, "spec": {"grantType": "Password"}}])
    assert (board.connectors, board.ready, board.refreshes, board.errors) == (1, 0, 0, 0)
    assert not board.has_refreshed_twice


def test_each_new_token_after_the_first_is_a_refresh() -> None:
    """The same token counts once, however often it is read; the demo expects two refreshes of each connector."""
    board = ConnectorTable("")
    for second in (0, 0, 18, 18):
        board.update([connector("crm", at(second), Ready=READY), connector("erp", at(second), Ready=READY)])
    assert (board.ready, board.refreshes) == (2, 2)
    board.update([connector("crm", at(36), Ready=READY), connector("erp", at(18), Ready=READY)])
    assert not board.has_refreshed_twice
    board.update([connector("crm", at(36), Ready=READY), connector("erp", at(37), Ready=READY)])
    assert board.has_refreshed_twice
    assert (board.refreshes, board.errors) == (4, 0)


def test_a_failure_is_counted_once() -> None:
    """A connector that loses its token is one error, however often it is read."""
    board = ConnectorTable("")
    board.update([connector("crm", at(0), Ready=READY)])
    for _ in range(3):
        board.update([connector("crm", at(0), Ready=("False", "TokenExpired"))])
    assert (board.ready, board.errors) == (0, 1)


def test_a_failed_list_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """A failed request to the API server is printed and counted."""
    board = ConnectorTable("")
    board.report_error("the API server answers 503")
    assert board.errors == 1
    assert "503" in capsys.readouterr().err


def test_without_a_terminal_each_change_is_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hints come first, then a line for each change and regularly a summary."""
    for variable in ("FORCE_COLOR", "TTY_COMPATIBLE"):  # by which a CI may claim to be a terminal
        monkeypatch.delenv(variable, raising=False)
    board = ConnectorTable("try this")
    with board.display():
        board.update([connector("crm", at(0), Ready=READY)])
        board.update([connector("crm", at(0), Ready=READY)])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["try this", "crm: TokenIssued, expires in 0 s", "1 of 1 ready, 0 refreshes"]
