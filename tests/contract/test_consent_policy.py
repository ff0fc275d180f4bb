"""The admission policy of consents on the real API server: each user creates and confirms only their own."""

import json

import pytest

from devtools.cluster.control_plane import ControlPlane, ControlPlaneError
from tests.support.cluster import Namespace

RESPONSE = "e30..iv.ciphertext.tag"
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


class Users:
    """Users who create and change consents, each under a name."""

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        self._plane = plane
        self._namespace = namespace

    def create(self, user: str, **spec: str) -> str:
        """Create a consent as a user; return the error, if any."""
        manifest = {
            "apiVersion": "oauthconnector.dev/v1alpha1",
            "kind": "OAuthConsent",
            "metadata": {"name": "one"},
            "spec": {"connectorName": "crm", "ticketHash": HASH, "redirect": "Hosted", **spec},
        }
        return self._run(user, "create", "-f", "-", stdin=json.dumps(manifest))

    def change(self, user: str, **changes: object) -> str:
        """Change a consent as a user; return the error, if any."""
        return self._run(user, "patch", "oauthconsent", "one", "--type=merge", "-p", json.dumps(changes))

    def change_status(self, user: str, **status: object) -> str:
        """Change the status of a consent as a user with this permission in RBAC; return the error, if any."""
        self.grant(user, "get,patch", "status")  # kubectl reads before it patches
        patch = ("--subresource=status", "--type=merge", "-p", json.dumps({"status": status}))
        return self._run(user, "patch", "oauthconsent", "one", *patch, groups=())

    def grant(self, user: str, verbs: str, subresource: str) -> None:
        """Grant a user permissions for a subresource of consents, which need not exist."""
        name = f"{user}-{subresource}"
        rule = {"apiGroups": ["oauthconnector.dev"], "resources": [f"oauthconsents/{subresource}"]}
        role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": name}}
        self._plane.kubectl(
            "-n",
            self._namespace,
            "create",
            "-f",
            "-",
            stdin=json.dumps({**role, "rules": [{**rule, "verbs": verbs.split(",")}]}),
        )
        binding = ("rolebinding", name, f"--role={name}", f"--user={user}")
        self._plane.kubectl("-n", self._namespace, "create", *binding)

    def _run(
        self, user: str, *arguments: str, stdin: str | None = None, groups: tuple[str, ...] = ("system:masters",)
    ) -> str:
        who = ("--as", user, *(f"--as-group={group}" for group in groups), "-n", self._namespace)
        try:
            self._plane.kubectl(*who, *arguments, stdin=stdin)
        except ControlPlaneError as failed:
            return str(failed)
        return ""


@pytest.fixture
def users(control_plane: ControlPlane, namespace: Namespace) -> Users:
    """Return users with all permissions that RBAC can grant."""
    return Users(control_plane, namespace.name)


def test_a_consent_names_the_user_who_creates_it(users: Users) -> None:
    """The object and the audit log name the same requester."""
    error = users.create("mallory", requestedBy="alice")
    assert "spec.requestedBy must be your own user name: mallory" in error
    assert users.create("alice", requestedBy="alice") == ""


def test_a_consent_is_created_without_a_confirmation(users: Users) -> None:
    """The code is shown on the last page, later."""
    error = users.create("alice", requestedBy="alice", confirmation="K7QF-2M9P")
    assert "spec.confirmation must not be set when the consent is created" in error


def test_only_the_requester_writes_the_confirmation(users: Users) -> None:
    """Another user is rejected; any user with the permission to patch may set a label."""
    users.create("alice", requestedBy="alice")
    typed = {"spec": {"confirmation": "K7QF-2M9P"}}
    assert "only the requester (spec.requestedBy) may set spec.confirmation" in users.change("mallory", **typed)
    assert users.change("alice", **typed) == ""
    assert users.change("mallory", metadata={"labels": {"team": "sales"}}) == ""


def test_only_the_operator_writes_the_request(users: Users) -> None:
    """With a request of another client, the response would be sealed to a key of that client."""
    users.create("alice", requestedBy="alice")
    error = users.change_status("mallory", request={**REQUEST, "confirmationRequired": False})
    assert "only the operator may write this status, except status.response" in error


def test_only_the_operator_writes_the_account(users: Users) -> None:
    """No other client can report to the requester that the consent succeeded."""
    users.create("alice", requestedBy="alice")
    error = users.change_status("mallory", account="alice@example.com")
    assert "only the operator may write this status, except status.response" in error


def test_the_requester_may_write_the_response(users: Users) -> None:
    """The plugin writes it when the browser is redirected to the machine of the requester."""
    users.create("alice", requestedBy="alice")
    assert users.change_status("alice", response=RESPONSE) == ""


def test_another_user_may_not_write_the_response(users: Users) -> None:
    """A wrong response ends the consent, so a user who may consent could end those of all others."""
    users.create("alice", requestedBy="alice")
    error = users.change_status("mallory", response=RESPONSE)
    assert "only the requester (spec.requestedBy) and the consent server may write status.response" in error


def test_a_client_with_the_right_of_the_consent_server_may_write_the_response(users: Users) -> None:
    """The consent server is no requester: its role grants `update` of `oauthconsents/response`."""
    users.create("alice", requestedBy="alice")
    users.grant("server", "update", "response")
    assert users.change_status("server", response=RESPONSE) == ""


def test_the_requester_may_ask_for_a_pushed_request(users: Users) -> None:
    """The command does so for a redirect URI on loopback, and removes the last answer."""
    users.create("alice", requestedBy="alice")
    assert users.change_status("alice", push={"request": RESPONSE, "response": None}) == ""


def test_another_user_may_not_replace_a_question_or_its_answer(users: Users) -> None:
    """The ticket protects the link; the policy protects the user's turn."""
    users.create("alice", requestedBy="alice")
    error = users.change_status("mallory", push={"request": RESPONSE})
    assert "only the requester (spec.requestedBy), the consent server and the operator may write status.push" in error


@pytest.mark.parametrize("subresource", ["request", "response"])
def test_operator_and_consent_server_write_the_pushed_request(users: Users, subresource: str) -> None:
    """One answers what the other asks; neither is the requester."""
    users.create("alice", requestedBy="alice")
    users.grant("server", "update", subresource)
    assert users.change_status("server", push={"request": RESPONSE, "response": RESPONSE}) == ""
