"""`oauth-connector check` and the operator's client, for the same provider on loopback."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from oauth_connector.api.connection_messages import CONNECTION_MESSAGES
from oauth_connector.api.reasons import MESSAGES, Reason
from oauth_connector.cli.check import CheckOptions, run_check
from oauth_connector.cli.check_input import CheckInput
from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.grant.results import RequestFailed
from oauth_connector.connector.observation import CredentialVersion
from oauth_connector.diagnosis.outside import open_outside
from oauth_connector.diagnosis.step import DiagnosisStep, describe_problem
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.oauth.signals import Symptom
from oauth_connector.settings.operator import Settings
from tests.support.builders import a_connector, a_spec


async def check(provider: Mapping[str, Any], *, request_token: bool = False) -> dict[str, DiagnosisStep]:
    """Check a connector of a provider on loopback. Return the steps by name."""
    spec = a_spec(provider=dict(provider))
    head = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector", "metadata": {"name": "crm"}}
    secret = CredentialSecret(CredentialVersion("robot", "local", "1"), data={"client-secret": b"s3cret"})
    documents = CheckInput({**head, "spec": spec}, {"robot": secret})
    async with open_outside(settings_for(provider), documents) as (client, prober):
        options = CheckOptions(request_token=request_token)
        return {step.name: step async for step in run_check(documents, options, client, prober)}


def encode(pem: str) -> str:
    """Return the value of `provider.caBundle`."""
    return b64encode(pem.encode()).decode()


def settings_for(provider: Mapping[str, Any]) -> Settings:
    """Return settings that allow the port of a provider on loopback."""
    url = provider.get("tokenURL") or provider["issuer"]
    port = int(url.split(":")[2].split("/")[0])
    return Settings(allowed_destinations=(AllowedDestination(cidr="127.0.0.0/8", ports=(port,), http=True),))


async def request_as_operator(provider: Mapping[str, Any]) -> str:
    """Request a token as the operator does. Return the reason and the message of its condition."""
    connector = a_connector(spec=a_spec(provider=dict(provider)))
    secret = CredentialSecret(CredentialVersion("robot", "local", "1"), data={"client-secret": b"s3cret"})
    async with open_outside(settings_for(provider), CheckInput({}, {"robot": secret})) as (client, _):
        result = await client.request_token(connector)
    assert isinstance(result, RequestFailed)
    return describe_problem("token", result.problem, connector).text


def sentence(reason: Reason, symptom: Symptom | None = None, host: str = "127.0.0.1") -> str:
    """Return the reason and the sentence that the condition has."""
    template = CONNECTION_MESSAGES[symptom] if symptom is not None else MESSAGES[reason]
    return f"{reason.value}: {template.format(host=host)}"
