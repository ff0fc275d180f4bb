"""Ask the provider for a token: read the credentials, find the endpoint, send one request, understand the answer.

Everything that can go wrong comes back as a value; only a Kubernetes API that does not answer raises.
"""

import asyncio
import hashlib
import hmac
import secrets as randomness
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1 import OAuthConnectorSpec
from oauth_connector.connector.credentials import CredentialSecret, assemble, forbidden_host
from oauth_connector.connector.effective import parameters, token_digest, token_host
from oauth_connector.connector.observation import Attempt, Connector, CredentialVersion, IssuedToken, Key, Refusal
from oauth_connector.connector.problem import LOCAL, Problem, of_failure
from oauth_connector.oauth.errors import Phase, Remedy, Signal, classify
from oauth_connector.oauth.grants import TokenRequest, token_request
from oauth_connector.oauth.responses import parse
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.ports import Clock, Provider, Vault

_REFUSALS_KEY = randomness.token_bytes(32)


@dataclass(frozen=True, slots=True)
class Call:
    """A token request that was made: `result` is `success` or the reason of its failure."""

    connector: Key
    host: str
    grant_type: str
    result: str
    seconds: float


OnCall = Callable[[Call], None]


@dataclass(frozen=True, slots=True)
class Received:
    """The provider gave a token."""

    token: IssuedToken
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no token, and why; `refusal` where the same credentials must never be sent again."""

    problem: Problem
    attempt: Attempt
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class _Prepared:
    request: TokenRequest
    trust: str | None


class Exchange:
    """Performs the grant of one connector at a time; it remembers nothing."""

    def __init__(
        self,
        vault: Vault,
        provider: Provider,
        clock: Clock,
        *,
        on_call: OnCall = lambda _call: None,
        require_allowed_hosts: bool = False,
    ) -> None:
        self._vault = vault
        self._provider = provider
        self._clock = clock
        self._on_call = on_call
        self._require_allowed_hosts = require_allowed_hosts

    async def ask(self, connector: Connector, refused: Refusal | None = None) -> Received | Failed:
        """Send one token request, unless its credentials are unusable, forbidden at that host, or `refused` before."""
        secrets = await self._read(connector)
        versions = tuple(secret.version for _, secret in sorted(secrets.items()))
        attempt = Attempt(versions, token_digest(connector.spec))
        found = {name: secret for name, secret in secrets.items() if secret.version.uid}
        prepared = await self._prepare(connector, found)
        if isinstance(prepared, Problem):
            return Failed(prepared, replace(attempt, outbound=prepared.reason not in LOCAL))
        fingerprint = _fingerprint(prepared.request)
        if refused is not None and hmac.compare_digest(refused.fingerprint, fingerprint):
            return Failed(refused.problem, replace(attempt, outbound=False), refused)
        result = await self._send(connector, prepared)
        if isinstance(result, IssuedToken):
            return Received(result, attempt)
        return Failed(result, attempt, None if result.repeatable else Refusal(result, fingerprint))

    async def _read(self, connector: Connector) -> dict[str, CredentialSecret]:
        namespace = connector.key.namespace
        names = sorted({reference.name for reference in connector.valid_spec.secret_references()})
        read = await asyncio.gather(*(self._vault.read_credential(namespace, name) for name in names))
        missing = {name: CredentialSecret(CredentialVersion(name)) for name in names}
        return missing | {secret.version.name: secret for secret in read if secret is not None}

    async def _prepare(self, connector: Connector, found: Mapping[str, CredentialSecret]) -> _Prepared | Problem:
        spec = connector.valid_spec
        credentials = assemble(spec, found)
        if isinstance(credentials, Problem):
            return credentials
        trust = await self._trust(connector)
        if isinstance(trust, Problem):
            return trust
        endpoint = spec.provider.effective_token_url or await self._discover(spec, trust)
        if isinstance(endpoint, Problem):
            return endpoint
        forbidden = forbidden_host(list(found.values()), _host(endpoint), required=self._require_allowed_hosts)
        request = token_request(endpoint, credentials.grant, credentials.client, parameters(spec))
        return forbidden or _Prepared(request, trust or None)

    async def _trust(self, connector: Connector) -> str | Problem:
        provider = connector.valid_spec.provider
        if provider.ca_bundle_ref is None:
            return provider.ca_bundle_pem or ""
        name, key = provider.ca_bundle_ref.name, provider.ca_bundle_ref.effective_key
        held = await self._vault.read_config_map(connector.key.namespace, name)
        if held is None or not held.get(key):
            return Problem(Reason.CA_BUNDLE_NOT_FOUND, Remedy.RETRY, {"configmap": name, "key": key})
        return held[key]

    async def _discover(self, spec: OAuthConnectorSpec, trust: str) -> str | Problem:
        found = await self._provider.find(spec.provider.effective_issuer or "", trust or None)
        return self._problem(spec, Phase.DISCOVERY, found) if isinstance(found, Signal) else found.token_endpoint

    async def _send(self, connector: Connector, prepared: _Prepared) -> IssuedToken | Problem:
        spec = connector.valid_spec
        asked = self._clock()
        answer = await self._provider.send(prepared.request, prepared.trust)
        result = parse(answer, spec.provider.quirks) if isinstance(answer, HTTPResponse) else answer
        concluded = (
            self._problem(spec, Phase.TOKEN, result)
            if isinstance(result, Signal)
            else _issued(result, int(asked), spec)
        )
        said = concluded.reason.value if isinstance(concluded, Problem) else "success"
        host, took = _host(prepared.request.url), self._clock() - asked
        self._on_call(Call(connector.key, host, spec.grant_type.value, said, took))
        return concluded

    @staticmethod
    def _problem(spec: OAuthConnectorSpec, phase: Phase, signal: Signal) -> Problem:
        return of_failure(classify(spec.grant_type, phase, signal), {"host": token_host(spec)})


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def _issued(token: Token, asked: int, spec: OAuthConnectorSpec) -> IssuedToken:
    """Count the life from when the request was sent; an untold one is what `refresh.defaultLifetime` assumes."""
    lifetime = token.lifetime if token.lifetime is not None else spec.default_lifetime_seconds
    scope = token.scope if token.scope is not None else spec.effective_scopes or None
    expires = asked + lifetime
    return IssuedToken(token.access_token, token.token_type, asked, expires, token_digest(spec), scope, token.fields)


def _fingerprint(request: TokenRequest) -> str:
    """Know a request again without keeping it: a keyed hash, the key of which dies with the process."""
    shape = repr((request.url, request.headers)).encode() + request.body
    return hmac.new(_REFUSALS_KEY, shape, hashlib.sha256).hexdigest()
