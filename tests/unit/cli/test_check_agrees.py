"""`oauth-connector check` and the operator judge every manifest of the corpus alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from oauth_connector.api.names import READY
from oauth_connector.api.v1alpha1.conditions import ORDER
from oauth_connector.api.v1alpha1.parsing import parse_manifest
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.cli.check import CheckOptions, run_check
from oauth_connector.cli.check_input import CheckInput
from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.observation import (
    AnyConnector,
    Connector,
    ConnectorObject,
    CredentialVersion,
    InvalidConnector,
    Key,
    with_spec,
)
from oauth_connector.connector.status.notices import NOTES
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.net.probe import ProbeResult
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal, Symptom
from tests.support.fake_provider import ConsentResponse, answer
from tests.support.manifests import samples
from tests.support.world import CONSENT_POLICY, World

MANIFESTS = {name: sample.manifest for kind in ("good", "bad") for name, sample in samples(kind).items()}

Verdict = dict[str, tuple[str, str]]
"""Reason and message of each true condition and of `Ready`; the notices, each with its text."""

LATE = 60
"""A lifetime in seconds that is too short for mounted files."""


@dataclass(frozen=True)
class Surroundings:
    """The value under each key that a manifest refers to (`None`: no Secret), and the response of the provider."""

    value: bytes | None = b"c4n4ry"
    under: str = ""
    response: ConsentResponse | None = None


SURROUNDINGS = {
    "everything is right": Surroundings(),
    "no Secret exists": Surroundings(value=None),
    "the values are empty": Surroundings(value=b""),
    "the values are a line break": Surroundings(value=b"\n"),
    "the values have a line break inside": Surroundings(value=b"a\nb"),
    "the values are no text": Surroundings(value=b"\xff"),
    "the keys have other names": Surroundings(under="another"),
    "the client is refused": Surroundings(response=answer(401, error="invalid_client")),
    "the grant is refused": Surroundings(response=answer(400, error="invalid_grant")),
    "the scope is refused": Surroundings(response=answer(400, error="invalid_scope")),
    "the provider is broken": Surroundings(response=answer(500)),
    "the client is limited": Surroundings(response=answer(429)),
    "the response has no lifetime": Surroundings(response=answer(access_token="t0ken", token_type="Bearer")),
    "the token is valid for a minute": Surroundings(
        response=answer(access_token="t0ken", token_type="Bearer", expires_in=LATE, refresh_token="r0tated")
    ),
    "the session ends soon": Surroundings(
        response=answer(access_token="t0ken", token_type="Bearer", refresh_token="r0tated", refresh_expires_in=90)
    ),
    "the lifetime has no known unit": Surroundings(
        response=answer(access_token="t0ken", token_type="Bearer", expires_in=3_600_000)
    ),
    "fewer scopes are granted": Surroundings(
        response=answer(access_token="t0ken", token_type="Bearer", expires_in=3600, scope="a")
    ),
    "only a refresh token is returned": Surroundings(response=answer(refresh_token="r0tated")),
    "a proxy answers": Surroundings(response=Signal(Symptom.HTML, 200)),
    "no connection": Surroundings(response=Signal(Symptom.CONNECTION_FAILED)),
}


def resource_of(manifest: Mapping[str, Any]) -> ConnectorObject:
    """Return the metadata of a new connector."""
    key = Key(manifest["metadata"].get("namespace", "default"), manifest["metadata"]["name"])
    status = OAuthConnectorStatus()
    return ConnectorObject(key=key, uid="local", resource_version="1", generation=1, deleting=False, status=status)


def secrets_of(connector: Connector, around: Surroundings) -> dict[str, CredentialSecret]:
    """Return the Secrets that a connector refers to."""
    if around.value is None:
        return {}
    found: dict[str, dict[str, bytes]] = {}
    for reference in connector.spec.secret_references:
        found.setdefault(reference.name, {})[around.under or reference.key or ""] = around.value
    return {name: CredentialSecret(CredentialVersion(name, "uid", "1"), data=data) for name, data in found.items()}


@cache
def connector_of(name: str) -> AnyConnector:
    """Return the new connector of a manifest; it is immutable, and parsed once for all surroundings."""
    return with_spec(resource_of(MANIFESTS[name]), parse_manifest(MANIFESTS[name]))


async def judge_as_operator(name: str, around: Surroundings) -> Verdict:
    """Return what the operator writes to the status of a new connector in its first reconciliation."""
    world, connector = World(), connector_of(name)
    world.provider.answer = around.response
    if isinstance(connector, Connector):
        found = secrets_of(connector, around)
        world.cluster.credentials = {(connector.key.namespace, name): secret for name, secret in found.items()}
    world.cluster.add(connector)
    await world.reconcile(connector.key)
    conditions = world.cluster.connectors[connector.key].status.conditions
    notices = {reason: (reason, NOTES[reason]) for _, reason in world.recorder.events if reason in NOTES}
    return {c.type: (c.reason.value, c.message) for c in conditions if c.type == READY or c.status == "True"} | notices


async def judge_as_check(name: str, around: Surroundings, rotated: Path) -> Verdict:
    """Return what the command says that the operator would write."""
    world, connector = World(), connector_of(name)
    world.provider.answer = around.response
    secrets = secrets_of(connector, around) if isinstance(connector, Connector) else {}
    documents = CheckInput(MANIFESTS[name], secrets)
    options = CheckOptions(True, rotated, CONSENT_POLICY, world.clock, frozenset())  # noqa: FBT003  # the order of the fields
    client = TokenClient(documents, world.provider, world.clock)
    steps = [step async for step in run_check(documents, options, client, reach)]
    if isinstance(connector, InvalidConnector):
        reason, _, message = steps[0].text.partition(": ")
        return {READY: (reason, message)}
    return read_facts(steps[-1].facts)


def read_facts(facts: Mapping[str, str]) -> Verdict:
    """Return the verdict that the last step shows. A condition without a message has that of `Ready`."""
    found = {name: (name, facts[name]) for name in NOTES if name in facts}
    for name in (name for name in ORDER if name in facts):
        reason, _, message = facts[name].partition(", ")[2].partition(": ")
        found[name] = (reason, message or facts["message"])
    return found


async def reach(url: str, tls: TLSOptions) -> ProbeResult:
    """Connect to every server."""
    del url, tls
    return ProbeResult("login.example.com", 443, allowed=True)


def keep_comparable(name: str, verdict: Verdict) -> Verdict:
    """Return what the command shows of a verdict: all of it, where the manifest is valid."""
    return verdict if isinstance(connector_of(name), Connector) else {READY: verdict[READY]}


@pytest.mark.parametrize("around", SURROUNDINGS.values(), ids=SURROUNDINGS)
async def test_check_and_operator_agree_on_the_corpus(around: Surroundings, tmp_path: Path) -> None:
    """Conditions and notices are the same for every manifest, whatever its Secrets contain and the provider responds.

    Of an invalid manifest the command names the fields, so that `Ready` alone is compared.
    """
    verdicts = {
        name: (await judge_as_operator(name, around), await judge_as_check(name, around, tmp_path / name))
        for name in MANIFESTS
    }
    assert len(verdicts) > 200
    assert {name: pair for name, pair in verdicts.items() if keep_comparable(name, pair[0]) != pair[1]} == {}
