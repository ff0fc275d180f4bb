"""Connectors as a table, and one of them in full."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from oauth_connector.kubectl_plugin import time_format as moments
from oauth_connector.kubectl_plugin.connector_view import CONSENT, FAILED, ConnectorView
from oauth_connector.kubectl_plugin.terminal import plain
from oauth_connector.kubectl_plugin.time_format import relative

HEAD = ("NAMESPACE", "NAME", "READY", "REASON", "GRANT", "EXPIRES", "NEXT", "REFRESH", "MESSAGE")
STYLES = {"True": "green", "False": "red", "Unknown": "yellow"}
GAP, LABEL = "   ", 18
DASH = "–"


def show_table(standings: Sequence[ConnectorView], now: datetime, *, everywhere: bool) -> None:
    """Print a table, a line for each."""
    lines = [HEAD, *(_line(standing, now) for standing in standings)]
    columns = range(0 if everywhere else 1, len(HEAD))
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(HEAD))]
    for line in lines:
        cells = [_cell(line[column], widths[column], column == len(HEAD) - 1) for column in columns]
        _console().print(Text(GAP).join(cells))


def _line(standing: ConnectorView, now: datetime) -> tuple[str, ...]:
    failed = standing.condition(FAILED)
    return (
        standing.namespace,
        standing.name,
        standing.ready.status,
        standing.ready.reason,
        standing.grant,
        relative(standing.time("expirationTime"), now),
        relative(standing.time("nextRefreshTime"), now),
        failed.reason if failed else DASH,
        standing.ready.message,
    )


def _cell(text: str, width: int, last: bool) -> Text:  # noqa: FBT001  # of a line
    return Text(text + ("" if last else " " * (width - cell_len(text))), style=STYLES.get(text, ""))


def show_one(standing: ConnectorView, now: datetime) -> None:
    """Print one connector in full."""
    console = _console()
    console.print(Text(standing.name, style="bold") + Text(f" in namespace {standing.namespace}", style=""))
    for label, text in _facts(standing, now):
        style = STYLES.get(standing.ready.status, "") if label == "Ready" else ""
        console.print(Text(f"  {label:<{LABEL}}", style="dim") + Text(text, style=style))


def _facts(standing: ConnectorView, now: datetime) -> Iterator[tuple[str, str]]:
    ready = standing.ready
    yield "Ready", f"{ready.status}, {ready.reason}"
    yield ("Message" if standing.is_ready else "To do"), ready.message
    for label, kind in (("Refresh failed", FAILED), ("Consent required", CONSENT)):
        found = standing.condition(kind)
        if found is not None and found.status == "True":
            yield label, f"{found.reason}: {found.message}"
    yield "Grant", standing.grant + (", suspended" if standing.spec.get("suspend") else "")
    yield "Secret", standing.secret or DASH
    yield from _times(standing, now)
    yield from _consent(standing, now)
    yield from _error(standing, now)


def _times(standing: ConnectorView, now: datetime) -> Iterator[tuple[str, str]]:
    scopes = standing.status.get("grantedScopes")
    if isinstance(scopes, list) and scopes:
        yield "Scopes", plain(" ".join(map(str, scopes)))
    named = {
        "Token issued": "issueTime",
        "Token expires": "expirationTime",
        "Last refresh": "lastRefreshTime",
        "Next refresh": "nextRefreshTime",
        "Refresh token ends": "refreshTokenExpirationTime",
    }
    for label, name in named.items():
        at = standing.time(name)
        if at is not None:
            yield label, moments.moment(at, now)


def _consent(standing: ConnectorView, now: datetime) -> Iterator[tuple[str, str]]:
    at = standing.time("consent", "time")
    if at is not None:
        account = standing.text("consent", "account")
        given = f"{standing.text('consent', 'requestedBy')}, {moments.moment(at, now)}"
        yield "Consent", given + (f", account {account}" if account else "")
    for label, name in (("Redirect URI", "redirectURI"), ("Consent page", "consentURL")):
        text = standing.text(name)
        if text is not None:
            yield label, text


def _error(standing: ConnectorView, now: datetime) -> Iterator[tuple[str, str]]:
    reason = standing.text("lastError", "reason")
    if reason is None:
        return
    status = standing.text("lastError", "httpStatus")
    codes = (standing.text("lastError", "oauthError"), standing.text("lastError", "providerCode"))
    yield "Last error", ", ".join(filter(None, (reason, status and f"HTTP {status}", *codes)))
    attempts, at = standing.text("failedAttempts"), standing.time("lastFailureTime")
    if attempts:
        yield "Failed", f"{attempts} times in a row, last {relative(at, now)}"


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)
