"""Prints connectors as a table, or one of them with details."""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime

from oauth_connector.api.names import CONSENT_REQUIRED, READY, REFRESH_FAILED, REFRESH_LATE
from oauth_connector.kubectl_plugin import time_format
from oauth_connector.kubectl_plugin.connector_view import ConditionView, ConnectorView
from oauth_connector.kubectl_plugin.time_format import format_relative
from oauth_connector.telemetry.terminal_text import Style, count_columns, strip_control_characters, style_text

HEAD = ("NAMESPACE", "NAME", "READY", "REASON", "GRANT", "EXPIRES", "NEXT", "REFRESH", "MESSAGE")
STYLES = {"True": Style.GREEN, "False": Style.RED, "Unknown": Style.YELLOW}
GAP, LABEL = "   ", 18
DASH = "–"


def show_table(views: Sequence[ConnectorView], now: datetime, *, everywhere: bool) -> None:
    """Print a table with one line for each connector."""
    lines = [HEAD, *(_line(view, now) for view in views)]
    columns = range(0 if everywhere else 1, len(HEAD))
    widths = [max(count_columns(line[column]) for line in lines) for column in range(len(HEAD))]
    for line in lines:
        cells = [_cell(line[column], widths[column], column == len(HEAD) - 1) for column in columns]
        print(GAP.join(cells))


def _line(view: ConnectorView, now: datetime) -> tuple[str, ...]:
    failed, consent = _find_true(view, REFRESH_FAILED), _find_true(view, CONSENT_REQUIRED)
    named = consent or failed  # only a user can end the first, so it is named first
    return (
        view.namespace,
        view.name,
        view.ready.status,
        view.ready.reason,
        view.grant,
        format_relative(view.time("expirationTime"), now),
        format_relative(view.time("nextRefreshTime"), now),
        named.reason if named else DASH,
        consent.message if consent and view.is_ready else view.ready.message,
    )


def _find_true(view: ConnectorView, kind: str) -> ConditionView | None:
    found = view.condition(kind)
    return found if found is not None and found.status == "True" else None


def _cell(text: str, width: int, last: bool) -> str:  # noqa: FBT001  # the last cell of a line
    padding = "" if last else " " * (width - count_columns(text))
    return _style(text, STYLES.get(text, Style.PLAIN)) + padding


_CONDITIONS = {"Refresh failed": REFRESH_FAILED, "Consent required": CONSENT_REQUIRED, "Refresh late": REFRESH_LATE}


def show_one(view: ConnectorView, now: datetime) -> None:
    """Print one connector with details."""
    print(_style(view.name, Style.BOLD) + f" in namespace {view.namespace}")
    for label, text in _facts(view, now):
        style = STYLES.get(view.ready.status, Style.PLAIN) if label == READY else Style.PLAIN
        print(_style(f"  {label:<{LABEL}}", Style.DIM) + _style(text, style))


def _facts(view: ConnectorView, now: datetime) -> Iterator[tuple[str, str]]:
    ready = view.ready
    yield READY, f"{ready.status}, {ready.reason}"
    yield ("Message" if view.is_ready else "To do"), ready.message
    for label, kind in _CONDITIONS.items():
        found = _find_true(view, kind)
        if found is not None:
            yield label, f"{found.reason}: {found.message}"
    yield "Grant", view.grant + (", suspended" if view.spec.get("suspend") else "")
    yield "Secret", view.secret or DASH
    yield from _times(view, now)
    yield from _consent(view, now)
    yield from _error(view, now)


def _times(view: ConnectorView, now: datetime) -> Iterator[tuple[str, str]]:
    scopes = view.status.get("grantedScopes")
    if isinstance(scopes, list) and scopes:
        yield "Scopes", strip_control_characters(" ".join(map(str, scopes)))
    named = {
        "Token issued": "issueTime",
        "Token expires": "expirationTime",
        "Last refresh": "lastRefreshTime",
        "Next refresh": "nextRefreshTime",
        "Refresh token expires": "refreshTokenExpirationTime",
    }
    for label, name in named.items():
        at = view.time(name)
        if at is not None:
            yield label, time_format.format_moment(at, now)
    if (source := view.text("lifetimeSource")) is not None:
        yield "Lifetime from", source


def _consent(view: ConnectorView, now: datetime) -> Iterator[tuple[str, str]]:
    at = view.time("consent", "time")
    if at is not None:
        account = view.text("consent", "account")
        given = f"{view.text('consent', 'requestedBy')}, {time_format.format_moment(at, now)}"
        yield "Consent", given + (f", account {account}" if account else "")
    for label, name in (("Redirect URI", "redirectURI"), ("Consent page", "consentURL")):
        text = view.text(name)
        if text is not None:
            yield label, text


def _error(view: ConnectorView, now: datetime) -> Iterator[tuple[str, str]]:
    reason = view.text("lastError", "reason")
    if reason is None:
        return
    status = view.text("lastError", "httpStatus")
    codes = (view.text("lastError", "oauthError"), view.text("lastError", "providerCode"))
    yield "Last error", ", ".join(filter(None, (reason, status and f"HTTP {status}", *codes)))
    attempts, at = view.text("failedAttempts"), view.time("lastFailureTime")
    if attempts:
        yield "Failed", f"{attempts} times in a row, last {format_relative(at, now)}"


def _style(text: str, style: Style) -> str:
    return style_text(text, style, sys.stdout)
