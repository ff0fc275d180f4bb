"""What precedes a token request, step by step: the values of the Secrets, the connection, discovery, allowed hosts.

The steps use the code of the operator, so that they find what it would find.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.consent.endpoints import Endpoints, find_endpoints
from oauth_connector.connector.consent.request import ANY_CONSENT_SERVER
from oauth_connector.connector.grant.results import RequestFailed
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.registration import choose_registration
from oauth_connector.connector.status.problem import Problem, of_signal
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.diagnosis.clocks import ReferenceClock, compare_clocks
from oauth_connector.diagnosis.secret_values import describe_values
from oauth_connector.diagnosis.step import DiagnosisStep, describe_problem
from oauth_connector.net.probe import ProbeResult
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.protected_resource import ProtectedResource
from oauth_connector.oauth.request_context import TLSIdentity, TLSOptions
from oauth_connector.oauth.signals import PROXY_SYMPTOMS, RequestPhase, Signal, Symptom

Prober = Callable[[str, TLSOptions], Awaitable[ProbeResult]]
"""Connects to the server of a URL and sends no credential: `net.probe.probe` with the settings of the operator."""

_THIS_MACHINE = ReferenceClock()
_BEFORE_TARGET = PROXY_SYMPTOMS | {
    Symptom.NOT_RESOLVED_HERE,
    Symptom.RESOLUTION_FAILED,
    Symptom.DESTINATION_NOT_ALLOWED,
}
"""Problems before the proxy has connected to the target."""


class ProviderSteps:
    """The steps of one connector with a valid spec.

    `denials` are the exceptions of a client whose user may not read everything: what depends on it is not checked.
    """

    def __init__(
        self,
        connector: Connector,
        client: TokenClient,
        probe: Prober,
        clock: ReferenceClock = _THIS_MACHINE,
        denials: tuple[type[Exception], ...] = (),
    ) -> None:
        self._connector = connector
        self._client = client
        self._probe = probe
        self._clock = clock
        self._denials = denials
        self._identity: TLSIdentity | None = None

    async def run(self) -> AsyncIterator[DiagnosisStep]:
        """Take the steps. A failed step ends those that depend on it."""
        try:
            secrets = await self.check_secrets()
        except self._denials as denial:
            secrets = _leave_out("secrets", denial)
        yield secrets
        reached = True
        try:
            async for step in self.check_endpoint():
                reached = reached and step.problem is None
                yield step
        except self._denials as denial:
            yield _leave_out("trust", denial)
            return
        if secrets.passed and (reached or self._connector.spec.provider.effective_token_url is not None):
            async for step in self.check_hosts():
                yield step

    async def check_secrets(self) -> DiagnosisStep:
        """Read the credential Secrets, and check the values that the spec refers to."""
        spec, secrets = self._connector.spec, await self._client.credentials.read(self._connector)
        credentials = await self._client.credentials.assemble(self._connector, secrets)
        if isinstance(credentials, Problem):
            return describe_problem("secrets", credentials, self._connector)
        self._identity = credentials.client.tls_identity
        names = ", ".join(f"{name}/{key}" for name, key in spec.credential_references.values())
        text = f"all values are present and valid: {names or 'none is needed'}"
        return DiagnosisStep("secrets", passed=True, text=text, facts=describe_values(spec, secrets))

    async def check_endpoint(self) -> AsyncIterator[DiagnosisStep]:
        """Connect to the token endpoint that the spec names; else to the resource or the issuer, and discover it."""
        provider = self._connector.spec.provider
        context = await self._client.servers.read_context(self._connector)
        if isinstance(context, Problem):
            yield describe_problem("trust", context, self._connector)
            return
        endpoint, issuer = provider.effective_token_url, provider.effective_issuer
        if endpoint is not None:
            context = context.with_identity(self._identity)  # metadata is public
        async for step in self._connect(endpoint or provider.resource or issuer or "", context.tls):
            yield step
            if step.problem is not None:
                return
        if provider.resource is not None:
            resource = await self._client.servers.find_resource(self._connector, context)
            yield self._describe_resource(resource)
            reached = not isinstance(resource, Problem)
        else:
            reached = endpoint is None and issuer is not None
        if reached:
            yield self._describe_server(await self._client.discover(self._connector))

    def _describe_server(self, found: ServerMetadata | Problem | None) -> DiagnosisStep:
        """Return the step that fetches the metadata of the server, and finds there what a user's consent needs."""
        spec = self._connector.spec
        if isinstance(found, Problem):
            return describe_problem("discovery", found, self._connector)
        endpoints = find_endpoints(spec, found) if spec.needs_consent else None
        if isinstance(endpoints, Problem):
            return describe_problem("discovery", endpoints, self._connector)
        facts = _describe_consent(endpoints, is_polled=spec.is_polled) if endpoints is not None else {}
        if found is not None and spec.needs_registration:
            method = choose_registration(self._connector, found, ANY_CONSENT_SERVER)
            if isinstance(method, Problem):
                return describe_problem("discovery", method, self._connector)
            facts |= _describe_registration(found)
        endpoint = found.token_endpoint if found is not None else ""
        return DiagnosisStep("discovery", passed=True, text=f"token endpoint {endpoint}", facts=facts)

    def _describe_resource(self, found: ProtectedResource | Problem) -> DiagnosisStep:
        """Return the step that asks a resource for its authorization servers; the facts are what is sent for it."""
        if isinstance(found, Problem):
            return describe_problem("resource", found, self._connector)
        scopes = {"scopes": " ".join(found.scopes)} if found.scopes else {}
        text = (
            f"authorization server {found.servers[0]}"
            if len(found.servers) == 1
            else f"authorization servers {', '.join(found.servers)}"
        )
        return DiagnosisStep("resource", passed=True, text=text, facts={"resource": found.identifier, **scopes})

    async def check_hosts(self) -> AsyncIterator[DiagnosisStep]:
        """Yield a failed step where a Secret may not be sent to the token endpoint, which may be a discovered one."""
        prepared = await self._client.prepare_request(self._connector)
        if isinstance(prepared, RequestFailed) and prepared.problem.reason is Reason.CREDENTIALS_NOT_ALLOWED:
            yield describe_problem("hosts", prepared.problem, self._connector)

    async def _connect(self, url: str, tls: TLSOptions) -> AsyncIterator[DiagnosisStep]:
        result = await self._probe(url, tls)
        if result.addresses:
            yield DiagnosisStep("dns", passed=True, text=f"{result.host} is {', '.join(map(str, result.addresses))}")
        if result.proxy is not None and result.problem not in _BEFORE_TARGET:
            yield DiagnosisStep("proxy", passed=True, text=_describe_tunnel(result))
        if result.problem is not None:
            problem = of_signal(self._connector.spec, RequestPhase.TOKEN, Signal(result.problem))
            failed = describe_problem(_name_step(result), problem, self._connector)
            yield replace(failed, facts=_describe_certificates(result))
            return
        yield DiagnosisStep(
            "connection", passed=True, text=_describe_connection(result), facts=_describe_certificates(result)
        )
        yield compare_clocks(result.clock_offset, result.host, self._clock)


def _describe_consent(endpoints: Endpoints, *, is_polled: bool) -> dict[str, str]:
    """Return where a consent begins, and where its request is pushed first (RFC 9126), if anywhere."""
    name = "device authorization endpoint" if is_polled else "authorization endpoint"
    pushed = {"requests are pushed to": endpoints.push} if endpoints.push is not None else {}
    return {name: endpoints.authorization, **pushed}


def _describe_registration(found: ServerMetadata) -> dict[str, str]:
    """Return how a server would get to know a client that the spec does not name."""
    documents = "accepted" if found.accepts_documents else "not accepted"
    methods = ", ".join(found.authentication_methods) or "not listed"
    endpoint = found.registration_endpoint or "none"
    return {"metadata documents": documents, "registration endpoint": endpoint, "client authentication": methods}


def _name_step(result: ProbeResult) -> str:
    """Return the step of a failure: up to the proxy, in the name servers, or beyond them."""
    if result.problem in PROXY_SYMPTOMS:
        return "proxy"
    return "connection" if result.addresses or result.allowed else "dns"


def _describe_tunnel(result: ProbeResult) -> str:
    resolved = f"the address {result.addresses[0]}" if result.addresses else "the name, which the proxy resolves"
    return f"{result.proxy} connects to port {result.port} of {result.host}, by {resolved}"


def _leave_out(name: str, denial: Exception) -> DiagnosisStep:
    return DiagnosisStep(name, passed=None, text=f"not checked. {denial}")


def _describe_connection(result: ProbeResult) -> str:
    if result.protocol is None:
        return f"connected to port {result.port}, without TLS"
    return f"{result.protocol} on port {result.port}, certificate valid until {result.certificates[0].ends:%FT%TZ}"


def _describe_certificates(result: ProbeResult) -> dict[str, str]:
    """Return the chain of a server by position, and whether the certificate of its issuer is missing."""
    chain = result.certificates
    facts = {f"certificate {place}": str(sent) for place, sent in enumerate(chain, 1)}
    if result.problem is Symptom.CERTIFICATE_UNTRUSTED and chain and chain[-1].issuer != chain[-1].subject:
        facts["missing"] = f"the server does not send the certificate of {chain[-1].issuer}"
    return facts
