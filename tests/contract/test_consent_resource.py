"""What the API server makes of an `OAuthConsent`: what was asked for and what came back stand."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from devtools.cluster.control_plane import ControlPlane, ControlPlaneError
from tests.support.cluster import Namespace

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
    """Give a hand on the consents of a namespace."""
    return Consents(control_plane, namespace.name)


class Consents:
    """Makes and changes consents as an administrator, and says what the API server said."""

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        self._plane = plane
        self._namespace = f"--namespace={namespace}"

    def create(self, **spec: object) -> str:
        """Create the consent `one`; gives the refusal, or nothing."""
        told = {name: value for name, value in {**SPEC, **spec}.items() if value is not None}
        manifest = {
            "apiVersion": "oauthconnector.dev/v1alpha1",
            "kind": "OAuthConsent",
            "metadata": {"name": "one"},
            "spec": told,
        }
        return self._said("create", "-f", "-", stdin=json.dumps(manifest))

    def patch(self, spec: Mapping[str, object]) -> str:
        """Merge into its spec; gives the refusal, or nothing."""
        return self._said("patch", "oauthconsent", "one", "--type=merge", "-p", json.dumps({"spec": spec}))

    def patch_status(self, status: Mapping[str, object] | None) -> str:
        """Merge into its status; gives the refusal, or nothing."""
        change = ("--type=merge", "--subresource=status", "-p", json.dumps({"status": status}))
        return self._said("patch", "oauthconsent", "one", *change)

    def read(self) -> Manifest:
        """Give the consent as it is kept."""
        kept: Manifest = json.loads(self._plane.kubectl(self._namespace, "get", "oauthconsent", "one", "-o", "json"))
        return kept

    def columns(self) -> list[str]:
        """Give the heads of the columns."""
        return self._plane.kubectl(self._namespace, "get", "oauthconsents").splitlines()[0].split("  ")

    def _said(self, *arguments: str, stdin: str | None = None) -> str:
        try:
            self._plane.kubectl(self._namespace, *arguments, stdin=stdin)
        except ControlPlaneError as error:
            return str(error)
        return ""


BAD = {
    "a hash of another kind": ({"ticketHash": "md5:00"}, "use kubectl oauth authorize"),
    "a hash that is too short": ({"ticketHash": f"sha256:{'0' * 63}"}, "must be sha256: and 64 hexadecimal digits"),
    "a hash in capitals": ({"ticketHash": f"sha256:{'0A' * 32}"}, "must be sha256: and 64 hexadecimal digits"),
    "the ticket in the place of its hash": ({"ticketHash": "x" * 43}, "must be sha256: and 64 hexadecimal digits"),
    "no hash": ({"ticketHash": None}, "spec.ticketHash: Required value"),
    "no requester": ({"requestedBy": None}, "spec.requestedBy: Required value"),
    "an empty requester": ({"requestedBy": ""}, "spec.requestedBy"),
    "a connector that has no name": ({"connectorName": "Not A Name"}, "spec.connectorName"),
    "another way back": ({"redirect": "Email"}, 'Unsupported value: "Email"'),
    "a confirmation in lower case": ({"confirmation": "k7qf-2m9p"}, "must be the code that the last page shows"),
    "a confirmation without its dash": ({"confirmation": "K7QF2M9P"}, "must be the code that the last page shows"),
    "a confirmation with letters like digits": ({"confirmation": "KOQF-2M9P"}, "such as K7QF-2M9P"),
    "a field of another kind": ({"connector": "crm"}, 'unknown field "spec.connector"'),
}


@pytest.mark.parametrize(("change", "sentence"), BAD.values(), ids=BAD)
def test_a_bad_consent_is_refused_with_a_sentence(change: dict[str, Any], sentence: str, consents: Consents) -> None:
    """What cannot be a consent is refused when it is made, and the sentence says what is wrong."""
    assert sentence in consents.create(**change)


def test_a_consent_is_kept_as_it_was_asked_for(consents: Consents) -> None:
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
def test_what_was_asked_for_cannot_be_changed(change: dict[str, Any], consents: Consents) -> None:
    """Another connector, requester, ticket or way back needs another consent."""
    consents.create()
    assert "only confirmation can be changed; create another OAuthConsent" in consents.patch(change)
    assert consents.read()["spec"] == SPEC


def test_the_confirmation_comes_later_and_may_be_corrected(consents: Consents) -> None:
    """Who mistyped the code types it again; what is no code is refused then too."""
    consents.create()
    assert consents.patch({"confirmation": "K7QF-2M9Q"}) == ""
    assert consents.patch({"confirmation": "K7QF-2M9P"}) == ""
    assert "must be the code that the last page shows" in consents.patch({"confirmation": "yes"})
    assert consents.read()["spec"] == {**SPEC, "confirmation": "K7QF-2M9P"}


def test_a_request_is_set_once(consents: Consents) -> None:
    """What a person saw on the page is what is asked for: it is neither changed nor removed."""
    consents.create()
    assert consents.patch_status({"request": REQUEST}) == ""
    for change in ({"request": {"redirectURI": "https://evil.example/"}}, {"request": None}):
        assert "request can be set only once; create another OAuthConsent" in consents.patch_status(change)
    assert consents.read()["status"]["request"] == REQUEST


def test_a_response_is_set_once(consents: Consents) -> None:
    """Who comes second with another code is refused, and nobody makes room for him by taking the first away."""
    consents.create()
    assert consents.patch_status({"request": REQUEST}) == ""
    assert consents.patch_status({"response": JWE}) == ""
    for change in ({"response": JWE + "x"}, {"response": None}):
        assert "response can be set only once; create another OAuthConsent" in consents.patch_status(change)
    assert consents.patch_status({"response": JWE}) == ""
    assert consents.read()["status"]["response"] == JWE


def test_status_as_a_whole_is_not_taken_away(consents: Consents) -> None:
    """Rules within status are not asked when all of it goes: whoever removed it could answer a second time."""
    consents.create()
    assert consents.patch_status({"response": JWE}) == ""
    assert "status cannot be removed; create another OAuthConsent" in consents.patch_status(None)
    assert consents.read()["status"] == {"response": JWE}


def test_a_response_is_sealed(consents: Consents) -> None:
    """A code in the clear does not fit into the field."""
    consents.create()
    assert "must be a JWE in compact form" in consents.patch_status({"response": "1000.code"})


def test_status_is_written_as_status_only(consents: Consents) -> None:
    """Who may write the status changes no spec, and who may write the spec sets no response."""
    consents.create()
    assert consents.patch_status({"account": "ann@example.com"}) == ""
    consents.patch({"confirmation": "K7QF-2M9P"})
    assert consents.read()["status"] == {"account": "ann@example.com"}


def test_columns_show_who_asks_for_what(consents: Consents) -> None:
    """`kubectl get oauthc` shows connector, requester, and how far it is."""
    consents.create()
    heads = [head.strip() for head in consents.columns() if head.strip()]
    assert heads == ["NAME", "CONNECTOR", "REQUESTED BY", "READY", "REASON", "AGE"]
