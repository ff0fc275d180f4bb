"""What one Event reports: a lifetime that is a guess, and scopes that the provider did not grant."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from oauth_connector.connector.observation import Attempt
from oauth_connector.connector.status.findings import Findings, PublishedToken
from oauth_connector.connector.status.notices import NOTES
from oauth_connector.connector.status.report import report
from oauth_connector.oauth.lifetimes import LifetimeSource
from tests.support.builders import NOW, a_connector, a_spec
from tests.unit.connector.status.test_events import events_of
from tests.unit.connector.status.test_report import reported

ATTEMPT = Attempt((), "v1:x")


def found(source: LifetimeSource | None = None, scope: tuple[str, ...] | None = None, at: int = NOW) -> Findings:
    """Return the findings after a token was obtained."""
    return Findings(at, PublishedToken("crm-token", at, at + 3600, "Bearer", scope, source), attempt=ATTEMPT)


def test_a_guess_is_a_warning_once() -> None:
    """An assumed or interpreted lifetime causes one Event, not one at each refresh; a stated one causes none."""
    assert events_of(a_connector(), found(LifetimeSource.INTERPRETED)) == [("Warning", "LifetimeInterpreted")]
    assert events_of(a_connector(), found(LifetimeSource.DEFAULT)) == [("Warning", "LifetimeAssumed")]
    known = reported(a_connector(), found(LifetimeSource.DEFAULT))
    assert events_of(known, found(LifetimeSource.DEFAULT, at=NOW + 2400)) == []
    for source in (LifetimeSource.RESPONSE, LifetimeSource.JWT, LifetimeSource.PRESET, None):
        assert events_of(a_connector(), found(source)) == []


def test_a_chosen_lifetime_is_no_guess() -> None:
    """A user who sets `refresh.defaultLifetime` knows the lifetime."""
    spec = a_spec(refresh={"defaultLifetime": "2h"})
    assert events_of(a_connector(spec), found(LifetimeSource.DEFAULT)) == []


def test_status_states_where_the_lifetime_is_from() -> None:
    """`lifetimeSource` stands beside the expiry, and is absent where it is not known."""
    status = report(a_connector(), found(LifetimeSource.JWT))
    assert status.to_manifest()["lifetimeSource"] == "JWT"
    assert "lifetimeSource" not in report(a_connector(), found()).to_manifest()


SCOPES: dict[str, tuple[list[str], tuple[str, ...] | None, bool]] = {
    "as requested": (["read", "write"], ("read", "write"), False),
    "more than requested": (["read"], ("read", "write"), False),
    "fewer than requested": (["read", "write"], ("read",), True),
    "none known": (["read"], None, False),
    "none requested": ([], ("read",), False),
    "in another case": (["Read"], ("read",), False),
    # developers.google.com/identity/protocols/oauth2/scopes: `email` is returned as a URI
    "as a URI": (["calendar"], ("https://www.googleapis.com/auth/calendar",), False),
    # learn.microsoft.com/entra/identity-platform/scopes-oidc: the scopes of OpenID Connect are not returned
    "without those of OpenID Connect": (["openid", "offline_access", "User.Read"], ("User.Read",), False),
    "with the default of Microsoft": (["https://graph.microsoft.com/.default"], ("User.Read",), False),
    "of Microsoft Graph": (["https://graph.microsoft.com/User.Read"], ("User.Read",), False),
}


@pytest.mark.parametrize("sentence", SCOPES)
def test_scopes_that_the_provider_narrowed_cause_an_event(sentence: str) -> None:
    """RFC 6749 §3.3 lets a server grant fewer scopes than requested; the token then lacks permissions."""
    wanted, granted, narrowed = SCOPES[sentence]
    changes: dict[str, Any] = {"scopes": wanted} if wanted else {}
    connector = a_connector(a_spec(**changes))
    expected = [("Warning", "ScopesNarrowed")] if narrowed else []
    assert events_of(connector, found(scope=granted)) == expected
    assert events_of(reported(connector, found(scope=granted)), found(scope=granted, at=NOW + 2400)) == []


ROTATION = a_spec(client={"id": "robot", "secretRef": {"name": "new"}, "previousSecretRef": {"name": "old"}})


def test_a_refused_new_secret_is_a_warning_once() -> None:
    """Status shows which secret was accepted; only a change to the previous one causes an Event."""
    by_previous = Findings(NOW, found().published, attempt=replace(ATTEMPT, used_previous=True))
    connector = a_connector(ROTATION)
    assert report(connector, found()).to_manifest()["clientSecret"] == "Current"
    assert report(connector, by_previous).to_manifest()["clientSecret"] == "Previous"
    assert events_of(connector, found()) == []
    assert events_of(connector, by_previous) == [("Warning", "PreviousSecretUsed")]
    assert events_of(reported(connector, by_previous), by_previous) == []


def test_one_secret_has_no_name_in_status() -> None:
    """Without a previous secret there is nothing to say."""
    assert "clientSecret" not in report(a_connector(), found()).to_manifest()


PAGES = (Path("docs/reference/oauthconnector.md"), Path("docs/how-to/check-a-connector.md"))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_each_notice_is_in_the_list_of_events(page: Path) -> None:
    """A user who sees the Event finds it in the reference, and in the page of the command that predicts it."""
    text = (Path(__file__).parents[4] / page).read_text(encoding="utf-8")
    assert [name for name in NOTES if f"`{name}`" not in text] == []
