"""The admission policy of consents on the real API server: nobody asks in another's name, or confirms for another."""

import json

import pytest

from devtools.cluster.control_plane import ControlPlane, ControlPlaneError
from tests.support.cluster import Namespace

HASH = "sha256:" + "0" * 64
REQUEST = {
    "connectorUID": "0b0e0c0f-0000-4000-8000-000000000001",
    "authorizationEndpoint": "https://accounts.example.com/authorize",
    "tokenHost": "accounts.example.com",
    "clientID": "robot",
    "redirectURI": "https://evil.example/oauth/callback/shop/crm",
    "secretName": "crm-token",
    "confirmationRequired": True,
    "encryptionKey": '{"kty":"OKP","crv":"X25519","x":"AA"}',
    "digest": "v1:0123",
    "expirationTime": "2099-11-27T12:15:00Z",
}


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

    def tell(self, user: str, **status: object) -> str:
        """Change a consent's status as somebody who may, as far as RBAC goes; give the complaint, if any."""
        kind = "oauthconsents.oauthconnector.dev/status"
        for made in (
            ("role", user, "--verb=get,patch", f"--resource={kind}"),  # kubectl reads before it patches
            ("rolebinding", user, f"--role={user}", f"--user={user}"),
        ):
            self._plane.kubectl("-n", self._namespace, "create", *made)
        patch = ("--subresource=status", "--type=merge", "-p", json.dumps({"status": status}))
        return self._done(user, "patch", "oauthconsent", "one", *patch, groups=())

    def _done(
        self, user: str, *arguments: str, stdin: str | None = None, groups: tuple[str, ...] = ("system:masters",)
    ) -> str:
        who = ("--as", user, *(f"--as-group={group}" for group in groups), "-n", self._namespace)
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


def test_what_is_asked_of_a_person_is_the_operators_to_say(people: People) -> None:
    """Whoever wrote it first could have the answer sealed to a key of their own."""
    people.ask("alice", requestedBy="alice")
    complaint = people.tell("mallory", request={**REQUEST, "confirmationRequired": False})
    assert "only the response is for others" in complaint


def test_how_it_ended_is_the_operators_to_say(people: People) -> None:
    """Nobody else tells the requester that all is well."""
    people.ask("alice", requestedBy="alice")
    assert "only the response is for others" in people.tell("mallory", account="alice@example.com")


def test_a_response_is_anybodys_to_write_who_has_the_role(people: People) -> None:
    """The plugin does so where the browser comes back to the requester's own machine."""
    people.ask("alice", requestedBy="alice")
    assert people.tell("alice", response="e30..iv.ciphertext.tag") == ""
