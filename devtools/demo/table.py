"""What the demo shows: a live table on a terminal, a line for each change elsewhere."""

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
"""Seconds between two summaries where nobody watches a terminal."""

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
    def waits(self) -> bool:
        """Whether a person must consent before there can be a token."""
        return self.grant == CONSENT and self.ready != "True"

    @property
    def refreshes(self) -> int:
        """How often the token was replaced."""
        return max(0, len(self.issued) - 1)


class Board:
    """Takes in the connectors as they are, and shows them."""

    def __init__(self, hints: str) -> None:
        self._hints = hints
        self._rows: dict[str, _Row] = {}
        self._console = Console()
        self._live: Live | None = None
        self._summed = 0.0
        self.errors = 0

    @property
    def connectors(self) -> int:
        """How many connectors there are that need nobody's consent first."""
        return len(self._counted)

    @property
    def _counted(self) -> list[_Row]:
        return [row for row in self._rows.values() if not row.waits]

    @property
    def ready(self) -> int:
        """How many of them hold a valid token."""
        return sum(row.ready == "True" for row in self._counted)

    @property
    def refreshes(self) -> int:
        """How often a token was replaced, all together."""
        return sum(row.refreshes for row in self._rows.values())

    @property
    def refreshed_twice(self) -> bool:
        """Whether every connector's token was replaced twice at least."""
        return all(row.refreshes >= 2 for row in self._counted if row.grant != CONSENT)  # noqa: PLR2004  # what the demo promises

    @contextmanager
    def live(self) -> Iterator[None]:
        """Keep the table on the terminal up to date."""
        if not self._console.is_terminal:
            print(self._hints, flush=True)
            yield
            return
        with Live(self._picture(), console=self._console, refresh_per_second=2) as self._live:
            yield

    def say(self, sentence: str) -> None:
        """Tell something besides."""
        self.errors += 1
        print(sentence, file=sys.stderr, flush=True)

    def take(self, connectors: Sequence[Manifest]) -> None:
        """Take in the connectors as the API server shows them now."""
        for connector in connectors:
            self._see(connector)
        if self._live is not None:
            self._live.update(self._picture())
        elif time.monotonic() - self._summed > SUMMARY:
            self._summed = time.monotonic()
            print(f"{self.ready} of {self.connectors} ready, {self.refreshes} refreshes", flush=True)

    def _see(self, connector: Manifest) -> None:
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
            self.errors += (row.ready == "False" and not row.waits) or "RefreshFailed" in conditions
        if self._live is None and (row.ready, row.reason, len(row.issued)) != before:
            told = "waits for a person" if row.waits else row.reason or "not seen yet"
            print(f"{name}: {told}, expires in {_left(row.expires)}", flush=True)

    def _picture(self) -> Group:
        table = Table(title="OAuthConnectors", title_justify="left", expand=False)
        for column in ("name", "grant", "ready", "reason", "Secret", "expires in", "next refresh in", "refreshes"):
            table.add_column(column, justify="right" if column.endswith(("in", "es")) else "left")
        for name, row in sorted(self._rows.items()):
            colour = "yellow" if row.waits else {"True": "green", "False": "red"}.get(row.ready, "yellow")
            table.add_row(
                name,
                row.grant,
                Text(row.ready or "–", style=colour),
                row.reason,
                row.secret,
                _left(row.expires),
                _left(row.following),
                str(row.refreshes),
            )
        return Group(table, Text(self._hints, style="dim"))


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _left(at: datetime | None) -> str:
    return "–" if at is None else f"{max(0, round((at - datetime.now(UTC)).total_seconds()))} s"
