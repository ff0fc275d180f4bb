"""The output of the demo: a live table on a terminal, otherwise a line for each change."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

CONSENT = "AuthorizationCode"
SUMMARY = 10.0
"""Seconds between two summaries if the output is no terminal."""

Manifest = Mapping[str, Any]


@dataclass
class _Row:
    grant: str
    ready: str = ""
    reason: str = ""
    secret: str = ""
    expires: datetime | None = None
    following: datetime | None = None
    issued: set[str] = field(default_factory=set)

    @property
    def needs_consent(self) -> bool:
        """Whether there is no token before a user consents."""
        return self.grant == CONSENT and self.ready != "True"

    @property
    def refreshes(self) -> int:
        """The number of refreshes."""
        return max(0, len(self.issued) - 1)


class ConnectorTable:
    """Shows the connectors, and counts refreshes and errors."""

    def __init__(self, hints: str) -> None:
        self._hints = hints
        self._rows: dict[str, _Row] = {}
        self._console = Console()
        self._live: Live | None = None
        self._summary_at = 0.0
        self.errors = 0

    @property
    def connectors(self) -> int:
        """The number of connectors that do not wait for consent."""
        return len(self._counted)

    @property
    def _counted(self) -> list[_Row]:
        return [row for row in self._rows.values() if not row.needs_consent]

    @property
    def ready(self) -> int:
        """The number of those that are ready."""
        return sum(row.ready == "True" for row in self._counted)

    @property
    def refreshes(self) -> int:
        """The number of refreshes of all connectors."""
        return sum(row.refreshes for row in self._rows.values())

    @property
    def has_refreshed_twice(self) -> bool:
        """Return whether every connector has refreshed its token at least twice."""
        return all(row.refreshes >= 2 for row in self._counted if row.grant != CONSENT)  # noqa: PLR2004  # the demo shows two refreshes

    @contextmanager
    def display(self) -> Iterator[None]:
        """Show the table on the terminal for as long as the block lasts."""
        if not self._console.is_terminal:
            print(self._hints, flush=True)
            yield
            return
        with Live(self._render(), console=self._console, refresh_per_second=2) as self._live:
            yield

    def report_error(self, sentence: str) -> None:
        """Count and print an error."""
        self.errors += 1
        print(sentence, file=sys.stderr, flush=True)

    def update(self, connectors: Sequence[Manifest]) -> None:
        """Replace the rows by the current state of the connectors."""
        for connector in connectors:
            self._update_row(connector)
        if self._live is not None:
            self._live.update(self._render())
        elif time.monotonic() - self._summary_at > SUMMARY:
            self._summary_at = time.monotonic()
            print(f"{self.ready} of {self.connectors} ready, {self.refreshes} refreshes", flush=True)

    def _update_row(self, connector: Manifest) -> None:
        name, status = connector["metadata"]["name"], connector.get("status") or {}
        row = self._rows.setdefault(name, _Row(connector["spec"]["grantType"]))
        conditions = {c["type"]: c for c in status.get("conditions", [])}
        ready = conditions.get("Ready", {"status": "", "reason": ""})
        before = (row.ready, row.reason, len(row.issued))
        row.ready, row.reason = ready["status"], ready["reason"]
        row.secret = (status.get("secretRef") or {}).get("name", "")
        row.expires, row.following = _time(status.get("expirationTime")), _time(status.get("nextRefreshTime"))
        if status.get("issueTime"):
            row.issued.add(status["issueTime"])
        if (row.ready, row.reason) != before[:2]:
            self.errors += (row.ready == "False" and not row.needs_consent) or "RefreshFailed" in conditions
        if self._live is None and (row.ready, row.reason, len(row.issued)) != before:
            state = "waits for consent" if row.needs_consent else row.reason or "no status yet"
            print(f"{name}: {state}, expires in {_seconds_until(row.expires)}", flush=True)

    def _render(self) -> Group:
        table = Table(title="OAuthConnectors", title_justify="left", expand=False)
        for column in ("name", "grant", "ready", "reason", "Secret", "expires in", "next refresh in", "refreshes"):
            table.add_column(column, justify="right" if column.endswith(("in", "es")) else "left")
        for name, row in sorted(self._rows.items()):
            colour = "yellow" if row.needs_consent else {"True": "green", "False": "red"}.get(row.ready, "yellow")
            table.add_row(
                name,
                row.grant,
                Text(row.ready or "–", style=colour),
                row.reason,
                row.secret,
                _seconds_until(row.expires),
                _seconds_until(row.following),
                str(row.refreshes),
            )
        return Group(table, Text(self._hints, style="dim"))


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _seconds_until(at: datetime | None) -> str:
    return "–" if at is None else f"{max(0, round((at - datetime.now(UTC)).total_seconds()))} s"
