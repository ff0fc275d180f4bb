"""The token request of `kubectl oauth doctor`, with real parts over a fake cluster and a fake provider."""

import os
from typing import Any

import pytest

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.local_rules import JUDGED_BY_SETTINGS
from oauth_connector.connector.observation import Connector
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.diagnosis.step import DiagnosisStep
from oauth_connector.kubectl_plugin.terminal import Terminal
from oauth_connector.kubectl_plugin.token_step import TokenStep
from tests.support.builders import a_connector, a_spec
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_provider import FakeProvider

TIME = "2027-01-15T08:00:00Z"
DIGEST = a_connector().spec.request_digest


def a_condition(kind: str, status: str) -> dict[str, Any]:
    """Return a condition of the present generation."""
    texts = {"reason": "TokenIssued", "message": "Text", "observedGeneration": 1, "lastTransitionTime": TIME}
    return {"type": kind, "status": status, **texts}


def an_error(reason: Reason, digest: str = DIGEST) -> dict[str, Any]:
    """Return the status of a failure of a request."""
    error = {"reason": reason.value, "remedy": "Retry", "requestDigest": digest}
    return {"observedGeneration": 1, "conditions": [a_condition("Ready", "False")], "lastError": error}


READY: dict[str, Any] = {"observedGeneration": 1, "conditions": [a_condition("Ready", "True")]}


async def take(
    connector: Connector, *, agreed: bool = True, failed: bool = False
) -> tuple[DiagnosisStep, FakeProvider]:
    """Take the step; return it, and the provider with the requests that it got."""
    cluster, provider = FakeCluster(), FakeProvider()
    cluster.add_credential("shop", "robot", client_secret=b"c4n4ry")
    step = TokenStep(TokenClient(cluster, provider, lambda: 0.0), Terminal(), agreed=agreed)
    return await step.take(connector, failed=failed), provider


@pytest.mark.parametrize(
    "status", [READY, an_error(Reason.CREDENTIALS_REJECTED), an_error(Reason.PROVIDER_UNREACHABLE)]
)
async def test_what_the_operator_has_sent_is_sent(status: dict[str, Any]) -> None:
    """With success, or with a failure that is to be found out about."""
    step, provider = await take(a_connector(status=status))
    assert (step.passed, len(provider.requests)) == (True, 1)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        *((an_error(reason, f"{DIGEST}/rules"), f"either: {reason.value}.") for reason in sorted(JUDGED_BY_SETTINGS)),
        *((an_error(reason), f"either: {reason.value}.") for reason in sorted(JUDGED_BY_SETTINGS)),
        (an_error(Reason.CREDENTIALS_NOT_FOUND), "either: CredentialsNotFound."),
        (an_error(Reason.PROVIDER_ERROR, "v1:an-earlier-spec"), "has not sent this request yet"),
        (READY | an_error(Reason.PROVIDER_ERROR, "v1:an-earlier-spec"), "has not sent this request yet"),
        (READY | {"conditions": [a_condition("Ready", "False")]}, "has not sent this request yet"),
        (
            READY | {"conditions": [a_condition("Ready", "True"), a_condition("Reconciling", "True")]},
            "has not sent this request yet",
        ),
        (READY | {"observedGeneration": 0}, "has not reconciled the last change"),
        (None, "has not reconciled the last change"),
    ],
)
async def test_nothing_is_sent_that_the_operator_has_not_sent(status: dict[str, Any] | None, why: str) -> None:
    """Its settings may forbid it, and a user of the command does not know them."""
    step, provider = await take(a_connector(status=status))
    assert (step.passed, provider.requests) == (None, [])
    assert step.text.startswith("not checked. ")
    assert why in step.text


async def test_nothing_is_sent_for_a_suspended_connector() -> None:
    """An editor who suspends it lets the operator judge nothing."""
    step, provider = await take(a_connector(a_spec(suspend=True), READY))
    assert (step.passed, provider.requests) == (None, [])
    assert "is suspended" in step.text


@pytest.mark.parametrize(
    "provider_spec", [{"tokenURL": "http://login.example.com/token"}, {"issuer": "http://login.example.com"}]
)
async def test_nothing_is_sent_without_tls(provider_spec: dict[str, str]) -> None:
    """The operator does so only to allowed destinations, which may have another address on this machine."""
    step, provider = await take(a_connector(a_spec(provider=provider_spec), READY))
    assert (step.passed, provider.requests) == (None, [])
    assert "without TLS, and the server is http://login.example.com/token." in step.text


@pytest.mark.parametrize(("answer", "sent"), [("y", 1), ("YES", 1), ("", 0), ("n", 0)])
async def test_the_question_names_the_endpoint_and_the_secrets(
    answer: str, sent: int, typed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The endpoint may be a discovered one. Only yes is agreement."""
    os.write(typed, f"{answer}\n".encode())
    os.close(typed)
    connector = a_connector(a_spec(provider={"issuer": "https://login.example.com"}), READY)
    step, provider = await take(connector, agreed=False)
    assert len(provider.requests) == sent
    assert step.passed is (True if sent else None)
    shown = capsys.readouterr().err
    assert "the Secrets robot to https://login.example.com/token once." in shown
    assert shown.endswith("Continue? [y/N] ")


async def test_what_is_sent_is_printed_where_the_user_has_agreed_before(capsys: pytest.CaptureFixture[str]) -> None:
    """With --yes; no value of a Secret is shown."""
    _, provider = await take(a_connector(status=READY))
    assert len(provider.requests) == 1
    shown = capsys.readouterr().err
    assert "the Secrets robot to https://login.example.com/token once." in shown
    assert "c4n4ry" not in shown


async def test_nothing_is_sent_after_a_failed_step(capsys: pytest.CaptureFixture[str]) -> None:
    """The user is not asked, either."""
    step, provider = await take(a_connector(status=READY), failed=True)
    assert (step.passed, provider.requests) == (None, [])
    assert capsys.readouterr().err == ""
