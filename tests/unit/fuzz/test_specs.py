"""Whatever a manifest contains is a valid object or a list of problems, and no part of it stops the operator."""

import json

from oauth_connector.api.schema.fields import FieldProblem
from oauth_connector.api.v1alpha1.manifest import LONGEST_NAME
from oauth_connector.api.v1alpha1.parsing import parse_consent_manifest, parse_manifest
from oauth_connector.api.v1alpha1.provider_request import MOST_HEADERS
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.api.v1alpha1.status import LONGEST_REFRESH_REQUEST
from oauth_connector.connector.effective import build_authorization_parameters, build_parameters, token_origin
from oauth_connector.connector.observation import Connector
from oauth_connector.kube.connector_cache import parse_connector
from oauth_connector.kube.consent_cache import parse_consent
from tests.support.consent_requests import a_consent_request
from tests.support.fuzzing import Choices, fuzzed, measure
from tests.support.manifests import samples

GOOD = samples("good")
MANIFESTS = [GOOD[f"everything{rest}"].manifest for rest in ("", "-with-authorization-code", "-with-refresh-token")]
METADATA = {
    "name": "crm",
    "namespace": "shop",
    "uid": "u",
    "resourceVersion": "1",
    "generation": 1,
    "creationTimestamp": "2027-01-15T09:00:00Z",
}
STATUS = {
    "conditions": [
        {
            "type": "Ready",
            "status": "False",
            "reason": "Expired",
            "message": "m",
            "observedGeneration": 1,
            "lastTransitionTime": "2027-01-15T09:00:00Z",
        }
    ],
    "grantedScopes": ["a"],
    "tokenType": "Bearer",
    "expirationTime": "2027-01-15T09:00:00Z",
    "failedAttempts": 1,
    "lastHandledRefresh": "now",
    "observedCredentials": [{"name": "a", "resourceVersion": "1"}],
    "secretRef": {"name": "a"},
}
REQUEST = json.loads(a_consent_request().model_dump_json(by_alias=True, exclude_none=True))
CONSENT = {
    "apiVersion": "oauthconnector.dev/v1alpha1",
    "kind": "OAuthConsent",
    "metadata": METADATA,
    "spec": {
        "connectorName": "crm",
        "requestedBy": "ann",
        "ticketHash": "sha256:" + "0" * 64,
        "redirect": "Loopback",
        "confirmation": "K7QF-2M9P",
    },
    "status": {**STATUS, "request": REQUEST, "response": "a.b.c.d.e", "account": "ann@example.com"},
}
MOST_OF_A_MESSAGE = 1024


def build_manifest(choices: Choices) -> dict[str, object]:
    """Return the manifest of a connector with an edited spec, or edited anywhere."""
    manifest = choices.pick(MANIFESTS)
    return choices.edit(manifest) if choices.is_one_of(4) else {**manifest, "spec": choices.edit(manifest["spec"])}


def build_stored(choices: Choices) -> dict[str, object]:
    """Return a connector as the API server might store it: status and annotations are those of any client."""
    annotations = {f"oauthconnector.dev/{name}-requested-at": choices.text() for name in ("refresh", "revoke")}
    stored = {**build_manifest(choices), "status": choices.edit(STATUS)}
    return {**stored, "metadata": {**METADATA, "annotations": annotations if choices.below(2) else None}}


def build_consent(choices: Choices) -> dict[str, object]:
    """Return an OAuthConsent with an edited spec or status."""
    name = choices.pick(("spec", "status"))
    inner = CONSENT[name]
    assert isinstance(inner, dict)
    return {**CONSENT, name: choices.edit(inner)}


@fuzzed(8_000, build_manifest)
def test_a_manifest_is_a_spec_or_problems(manifest: dict[str, object]) -> None:
    """Each problem names a field and what to do, in a sentence of bounded length; a spec can be used."""
    parsed = parse_manifest(manifest)
    if isinstance(parsed, OAuthConnectorSpec):
        require_usable(parsed)
    else:
        require_sentences(parsed)


@fuzzed(4_000, build_stored)
def test_a_stored_connector_is_cached(manifest: dict[str, object]) -> None:
    """Wrong fields of status are dropped, and requests in annotations are kept up to a length."""
    connector = parse_connector(manifest)
    assert len(connector.refresh_request or "") <= LONGEST_REFRESH_REQUEST
    assert measure(connector.status.to_manifest()) <= len(repr(manifest.get("status"))) + 100
    if isinstance(connector, Connector):
        require_usable(connector.spec)


@fuzzed(4_000, build_consent)
def test_a_consent_is_parsed_or_ignored(manifest: dict[str, object]) -> None:
    """A consent that is valid has a link, and a manifest of one is valid or has problems."""
    consent = parse_consent(manifest)
    if consent is not None and consent.status.request is not None:
        assert consent.status.request.link("s" * 43).startswith("http")
    problems = parse_consent_manifest(manifest)
    if isinstance(problems, tuple):
        require_sentences(problems)


def require_usable(spec: OAuthConnectorSpec) -> None:
    """Check that everything that is derived from a valid spec can be computed."""
    assert spec.output_secret_name("crm")
    assert len(spec.output_secret_name("crm")) <= LONGEST_NAME + 53
    assert spec.request_digest
    assert spec.token_digest
    assert spec.output_digest
    assert not token_origin(spec) or token_origin(spec).startswith("http")
    assert build_parameters(spec).separator
    assert measure(build_authorization_parameters(spec)) <= measure(spec) + 1000
    assert len(spec.credential_references) <= 8 + MOST_HEADERS  # fields that refer to a Secret


def require_sentences(problems: tuple[FieldProblem, ...]) -> None:
    """Check that problems are for a reader: a path, and a text that ends and contains no class of the library."""
    assert problems
    for problem in problems:
        assert 0 < len(problem.message) <= MOST_OF_A_MESSAGE
        assert "pydantic" not in f"{problem.path}{problem.message}"
