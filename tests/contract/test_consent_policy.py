"""The admission policy of consents on the real API server: nobody asks in another's name, or confirms for another."""

import json

import pytest

from devtools.control_plane import ControlPlane, ControlPlaneError
from tests.support.cluster import Namespace

HASH = "sha256:" + "0" * 64


class People:
    """Somebody who creates and changes consents, under a name of their own."""

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        self._plane = plane
        self._namespace = namespace

    def ask(self, user: str, **spec: str) -> str:
        """Create a consent as a user; give the complaint, if any."""
        manifest = {
            "apiVersion": "oauthconnector.dev/v1alpha1",
            "kind": "OAuthConsent",
            "metadata": {"name": "one"},
            "spec": {"connectorName": "crm", "ticketHash": HASH, "redirect": "Hosted", **spec},
        }
        return self._done(user, "create", "-f", "-", stdin=json.dumps(manifest))

    def change(self, user: str, **changes: object) -> str:
        """Change a consent as a user; give the complaint, if any."""
        return self._done(user, "patch", "oauthconsent", "one", "--type=merge", "-p", json.dumps(changes))

    def _done(self, user: str, *arguments: str, stdin: str | None = None) -> str:
        who = ("--as", user, "--as-group", "system:masters", "-n", self._namespace)
        try:
            self._plane.kubectl(*who, *arguments, stdin=stdin)
        except ControlPlaneError as error:
            return str(error)
        return ""


@pytest.fixture
def people(control_plane: ControlPlane, namespace: Namespace) -> People:
    """Give people who may do everything that RBAC can allow."""
    return People(control_plane, namespace.name)


def test_a_consent_is_asked_for_in_ones_own_name(people: People) -> None:
    """The object says who asks, and the audit log agrees."""
    complaint = people.ask("mallory", requestedBy="alice")
    assert "spec.requestedBy must be your own user name, mallory" in complaint
    assert people.ask("alice", requestedBy="alice") == ""


def test_a_confirmation_does_not_come_with_the_question(people: People) -> None:
    """It is what the last page shows, which nobody has seen yet."""
    complaint = people.ask("alice", requestedBy="alice", confirmation="K7QF-2M9P")
    assert "spec.confirmation comes last" in complaint


def test_a_confirmation_is_typed_by_whoever_asked(people: People) -> None:
    """Somebody else's hand on it is refused; a label is anybody's to set."""
    people.ask("alice", requestedBy="alice")
    typed = {"spec": {"confirmation": "K7QF-2M9P"}}
    assert "for whoever asked to type" in people.change("mallory", **typed)
    assert people.change("alice", **typed) == ""
    assert people.change("mallory", metadata={"labels": {"team": "sales"}}) == ""
