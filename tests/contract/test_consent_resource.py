"""An `OAuthConsent` in the API server: spec, request and response cannot be replaced."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from devtools.cluster.control_plane import ControlPlane
from tests.support.cluster import Namespace
from tests.support.refused_commands import find_refusal

HASH = f"sha256:{'0a' * 32}"
JWE = "eyJhbGciOiJFQ0RILUVTIn0..iv.ciphertext.tag"
SPEC = {"connectorName": "crm", "requestedBy": "admin", "ticketHash": HASH, "redirect": "Hosted"}
REQUEST = {
    "connectorUID": "0b0e0c0f-0000-4000-8000-000000000001",
    "authorizationEndpoint": "https://accounts.zoho.eu/oauth/v2/auth",
    "tokenHost": "accounts.zoho.eu",
    "clientID": "1000.ABC",
    "redirectURI": "https://connect.example.com/oauth/callback/shop/crm",
    "scope": "ZohoCRM.modules.ALL,ZohoCRM.users.READ",
    "parameters": [{"name": "access_type", "value": "offline"}, {"name": "prompt", "value": "consent"}],
    "codeChallenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "callbackParameters": ["accounts-server"],
    "secretName": "crm-token",
    "confirmationRequired": True,
    "encryptionKey": '{"kty":"OKP","crv":"X25519","x":"AA"}',
    "digest": "v1:0123",
    "expirationTime": "2026-11-27T12:15:00Z",
}

Manifest = dict[str, Any]


@pytest.fixture
def consents(control_plane: ControlPlane, namespace: Namespace) -> "Consents":
    """Return access to the consents of a namespace."""
    return Consents(control_plane, namespace.name)


class Consents:
    """Creates and changes consents as an administrator, and returns the error of the API server."""

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        self._plane = plane
        self._namespace = f"--namespace={namespace}"

    def create(self, **spec: object) -> str:
        """Create the consent `one`; return the error, or nothing."""
        members = {name: value for name, value in {**SPEC, **spec}.items() if value is not None}
        manifest = {
            "apiVersion": "oauthconnector.dev/v1alpha1",
            "kind": "OAuthConsent",
            "metadata": {"name": "one"},
            "spec": members,
        }
        return self._run("create", "-f", "-", stdin=json.dumps(manifest))

    def patch(self, spec: Mapping[str, object]) -> str:
        """Merge into its spec; return the error, or nothing."""
        return self._run("patch", "oauthconsent", "one", "--type=merge", "-p", json.dumps({"spec": spec}))

    def patch_status(self, status: Mapping[str, object] | None) -> str:
        """Merge into its status; return the error, or nothing."""
        change = ("--type=merge", "--subresource=status", "-p", json.dumps({"status": status}))
        return self._run("patch", "oauthconsent", "one", *change)

    def read(self) -> Manifest:
        """Return the consent as it is stored."""
        stored: Manifest = json.loads(self._plane.kubectl(self._namespace, "get", "oauthconsent", "one", "-o", "json"))
        return stored

    def columns(self) -> list[str]:
        """Return the heads of the columns."""
        return self._plane.kubectl(self._namespace, "get", "oauthconsents").splitlines()[0].split("  ")

    def _run(self, *arguments: str, stdin: str | None = None) -> str:
        return find_refusal(self._plane, self._namespace, *arguments, stdin=stdin)


BAD = {
    "a hash of another kind": ({"ticketHash": "md5:00"}, "use kubectl oauth authorize"),
    "a hash that is too short": ({"ticketHash": f"sha256:{'0' * 63}"}, "must be sha256: and 64 hexadecimal digits"),
    "a hash in capitals": ({"ticketHash": f"sha256:{'0A' * 32}"}, "must be sha256: and 64 hexadecimal digits"),
    "the ticket in the place of its hash": ({"ticketHash": "x" * 43}, "must be sha256: and 64 hexadecimal digits"),
    "no hash": ({"ticketHash": None}, "spec.ticketHash: Required value"),
    "no requester": ({"requestedBy": None}, "spec.requestedBy: Required value"),
    "an empty requester": ({"requestedBy": ""}, "spec.requestedBy"),
    "a connector that has no name": ({"connectorName": "Not A Name"}, "spec.connectorName"),
    "another kind of redirect": ({"redirect": "Email"}, 'Unsupported value: "Email"'),
    "a confirmation in lower case": ({"confirmation": "k7qf-2m9p"}, "must be the code that the last page shows"),
    "a confirmation without its dash": ({"confirmation": "K7QF2M9P"}, "must be the code that the last page shows"),
    "a confirmation with letters like digits": ({"confirmation": "KOQF-2M9P"}, "such as K7QF-2M9P"),
    "a field of another kind": ({"connector": "crm"}, 'unknown field "spec.connector"'),
}


@pytest.mark.parametrize(("change", "sentence"), BAD.values(), ids=BAD)
def test_an_invalid_consent_is_rejected_with_a_message(
    change: dict[str, Any], sentence: str, consents: Consents
) -> None:
    """It is rejected when it is created, and the message states what is wrong."""
    assert sentence in consents.create(**change)


def test_a_consent_is_stored_unchanged(consents: Consents) -> None:
    """Nothing is added to it."""
    assert consents.create() == ""
    assert consents.read()["spec"] == SPEC


@pytest.mark.parametrize(
    "change",
    [
        {"connectorName": "other"},
        {"requestedBy": "bob@example.com"},
        {"ticketHash": f"sha256:{'0b' * 32}"},
        {"redirect": "Loopback"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_spec_cannot_be_changed(change: dict[str, Any], consents: Consents) -> None:
    """Another connector, requester, ticket or redirect requires another consent."""
    consents.create()
    assert "only confirmation can be changed; create another OAuthConsent" in consents.patch(change)
    assert consents.read()["spec"] == SPEC


def test_the_confirmation_is_set_later_and_may_be_corrected(consents: Consents) -> None:
    """A mistyped code can be typed again; a text that is no code is rejected."""
    consents.create()
    assert consents.patch({"confirmation": "K7QF-2M9Q"}) == ""
    assert consents.patch({"confirmation": "K7QF-2M9P"}) == ""
    assert "must be the code that the last page shows" in consents.patch({"confirmation": "yes"})
    assert consents.read()["spec"] == {**SPEC, "confirmation": "K7QF-2M9P"}


def test_a_request_is_set_once(consents: Consents) -> None:
    """The request that the page showed to the user is neither changed nor removed."""
    consents.create()
    assert consents.patch_status({"request": REQUEST}) == ""
    for change in ({"request": {"redirectURI": "https://evil.example/"}}, {"request": None}):
        assert "request can be set only once; create another OAuthConsent" in consents.patch_status(change)
    assert consents.read()["status"]["request"] == REQUEST


def test_a_response_is_set_once(consents: Consents) -> None:
    """A second code is rejected, and the first code cannot be removed before."""
    consents.create()
    assert consents.patch_status({"request": REQUEST}) == ""
    assert consents.patch_status({"response": JWE}) == ""
    for change in ({"response": JWE + "x"}, {"response": None}):
        assert "response can be set only once; create another OAuthConsent" in consents.patch_status(change)
    assert consents.patch_status({"response": JWE}) == ""
    assert consents.read()["status"]["response"] == JWE


def test_status_as_a_whole_cannot_be_removed(consents: Consents) -> None:
    """Rules within status are not evaluated when all of it is removed: a second response would be possible."""
    consents.create()
    assert consents.patch_status({"response": JWE}) == ""
    assert "status cannot be removed; create another OAuthConsent" in consents.patch_status(None)
    assert consents.read()["status"] == {"response": JWE}


def test_a_response_is_sealed(consents: Consents) -> None:
    """A code that is not sealed is no valid value."""
    consents.create()
    assert "must be a JWE in compact form" in consents.patch_status({"response": "1000.code"})


def test_status_is_written_as_status_only(consents: Consents) -> None:
    """The permission to write the status changes no spec, and the permission to write the spec sets no response."""
    consents.create()
    assert consents.patch_status({"account": "ann@example.com"}) == ""
    consents.patch({"confirmation": "K7QF-2M9P"})
    assert consents.read()["status"] == {"account": "ann@example.com"}


def test_columns_show_connector_and_requester(consents: Consents) -> None:
    """`kubectl get oauthc` shows connector, requester, and condition."""
    consents.create()
    heads = [head.strip() for head in consents.columns() if head.strip()]
    assert heads == ["NAME", "CONNECTOR", "REQUESTED BY", "READY", "REASON", "AGE"]
