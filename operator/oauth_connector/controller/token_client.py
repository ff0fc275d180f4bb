"""Requests tokens: reads the credentials, finds the endpoint, sends one request, parses the response.

Every failure is returned as a value. Only an unavailable Kubernetes API raises (`ClusterUnavailable`).
"""

import secrets as randomness
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import structlog
from pydantic import SecretStr

from oauth_connector.api.schema.origins import origin
from oauth_connector.connector.allowed_hosts import find_forbidden_url
from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.effective import list_wanted_members
from oauth_connector.connector.grant.results import RequestFailed, TokenObtained, build_issued_token
from oauth_connector.connector.grant.server import NO_SERVER, GrantServer
from oauth_connector.connector.local_rules import LocalRules
from oauth_connector.connector.observation import Attempt, Connector
from oauth_connector.connector.refresh_url import check_refresh_url
from oauth_connector.connector.status.problem import FOUND_BEFORE_SENDING, Problem, of_signal, show_signal
from oauth_connector.controller.client_exchange import BuildClientRequest, ClientExchange, Parsed, ParseResponse
from oauth_connector.controller.credential_reading import CredentialReading
from oauth_connector.controller.ports import Clock, CredentialReader, OperatorKeyReader, ProviderClient
from oauth_connector.controller.prepared_request import PreparedRequest, complete_context
from oauth_connector.controller.previous_secret import choose_result, may_try_previous
from oauth_connector.controller.server_finder import ServerFinder
from oauth_connector.controller.token_request_record import OnTokenRequest, TokenRequestRecord
from oauth_connector.controller.unrepeatable_requests import build_unrepeatable
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.echoes import drop_echoed_scopes, drop_echoes
from oauth_connector.oauth.grants.grant import Grant
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.registration import RegisteredClient
from oauth_connector.oauth.request_context import RequestContext, read_host
from oauth_connector.oauth.revocation import Revocation, build_revocation_request, read_revocation_response
from oauth_connector.oauth.salvage import find_refresh_token
from oauth_connector.oauth.signals import RequestPhase, Signal, Symptom, is_unknown
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.oauth.token_request import SendWindow, build_token_request
from oauth_connector.oauth.token_response import parse_token_response

log = structlog.get_logger(__name__)


class TokenClient:
    """Requests tokens for one connector at a time; it holds no state."""

    def __init__(  # noqa: PLR0913  # the last three are for the operator's own process
        self,
        credentials: CredentialReader,
        provider: ProviderClient,
        clock: Clock,
        *,
        on_token_request: OnTokenRequest = lambda _call: None,
        read_rules: Callable[[], LocalRules] = LocalRules,
        keys: OperatorKeyReader | None = None,
    ) -> None:
        self.credentials = CredentialReading(credentials, clock, read_rules)
        self._provider = provider
        self._clock = clock
        self._on_token_request = on_token_request
        self._read_rules = read_rules
        self._keys = keys
        self.servers = ServerFinder(credentials, provider, clock)

    async def request_token(self, connector: Connector) -> TokenObtained | RequestFailed:
        """Present the grant of the spec itself, unless it is unusable or forbidden at the host."""
        prepared = await self.prepare_request(connector)
        return prepared if isinstance(prepared, RequestFailed) else await self.present_own(prepared)

    async def present_own(self, prepared: PreparedRequest) -> TokenObtained | RequestFailed:
        """Send a prepared request with the grant of the spec itself."""
        if prepared.own is None:
            raise TypeError(f"{prepared.connector.key} presents no grant of its own")
        return await self.present_grant(prepared, prepared.own, prepared.own.purpose.supplied_phase)

    async def prepare_request(
        self, connector: Connector, server: GrantServer = NO_SERVER
    ) -> PreparedRequest | RequestFailed:
        """Gather all that a request needs; `server` is what the grant that is presented says of its server."""
        secrets = await self.credentials.read(connector)
        versions = tuple(secret.version for _, secret in sorted(secrets.items()))
        attempt = Attempt(versions, connector.spec.request_digest, rules=self._read_rules().digest)
        prepared = await self._gather_request(connector, secrets, server)
        if isinstance(prepared, Problem):
            return RequestFailed(prepared, replace(attempt, outbound=prepared.reason not in FOUND_BEFORE_SENDING))
        if prepared.server is not None and prepared.server.resource is not None:
            attempt = replace(attempt, issuer=prepared.server.issuer, token_url=prepared.endpoint)
        return replace(prepared, attempt=attempt)

    async def present_grant(
        self,
        prepared: PreparedRequest,
        grant: Grant,
        phase: RequestPhase | None = None,
        send_window: SendWindow | None = None,
    ) -> TokenObtained | RequestFailed:
        """Send one request that presents a grant, within its send window, and parse the response.

        If the provider refuses the client, another one follows with the previous client secret, where there is one.
        """
        sent = prepared.choose_parameters(grant)
        requested_at = self._clock()
        context = replace(prepared.choose_context(grant), now=requested_at, nonce=_new_nonce())
        request = replace(build_token_request(context, grant, prepared.client, sent), send_window=send_window)
        response = await self._provider.send(request, context)
        quirks, wanted = prepared.connector.spec.provider.quirks, list_wanted_members(prepared.connector.spec)
        result = (
            parse_token_response(response, quirks, requested_at, wanted)
            if isinstance(response, HTTPResponse)
            else response
        )
        if isinstance(result, Token):
            self._record(prepared, "success", context)
            result = drop_echoed_scopes(result, request)
            issued = build_issued_token(result, int(requested_at), prepared.connector.spec)
            return TokenObtained(issued, prepared.attempt, result, prepared.pinned)
        problem = of_signal(prepared.connector.spec, phase or grant.purpose.phase, result)
        problem = show_signal(problem, drop_echoes(result, request))
        if result.symptom is not Symptom.SUPERSEDED:  # nothing was sent to the provider
            self._record(prepared, problem.reason.value, context)
        unrepeatable = None if problem.repeatable else build_unrepeatable(prepared, grant, problem)
        presented = grant.token if isinstance(grant, RefreshToken) else None
        salvaged = find_refresh_token(response, quirks, presented) if isinstance(response, HTTPResponse) else None
        failed = RequestFailed(problem, prepared.attempt, unrepeatable, salvaged, is_unknown(result))
        if prepared.previous is None or not may_try_previous(failed, grant, phase):
            return failed
        again = replace(prepared, client=prepared.previous, previous=None)
        return choose_result(failed, await self.present_grant(again, grant, phase, send_window))

    async def find_revocation_endpoint(self, prepared: PreparedRequest) -> str | Problem | Revocation:
        """Return the revocation endpoint (RFC 7009 §2), or why no request is sent: there is none, or it is not trusted.

        Where the spec names one of the two endpoints, both must be at one server; else the preset or the issuer names
        both. Otherwise a user who edits a connector could have token and client secret sent to another server.
        """
        provider = prepared.connector.spec.provider
        endpoint = provider.revocation_url or provider.preset_revocation_url(prepared.endpoint)
        if endpoint is None:
            found = prepared.server or await self.servers.find(prepared.connector, prepared.context)
            if isinstance(found, Problem):
                return found
            endpoint = found.revocation_endpoint if found is not None else None
        if endpoint is None:
            return Revocation.NO_ENDPOINT
        chosen = provider.revocation_url is not None or provider.token_url is not None
        same_origin = not chosen or origin(endpoint) == origin(prepared.endpoint)
        required = self._read_rules().require_allowed_hosts
        forbidden = find_forbidden_url(prepared.credentials, (endpoint,), required=required)
        return endpoint if same_origin and forbidden is None else Revocation.REFUSED

    async def revoke(self, prepared: PreparedRequest, endpoint: str, token: SecretStr, hint: str) -> Revocation | None:
        """Revoke a token (RFC 7009 §2); `None` where it is to be repeated."""
        build = partial(build_revocation_request, endpoint=endpoint, token=token, hint=hint)
        return read_revocation_response((await self.send_as_client(prepared, build)).response)

    async def send_as_client(self, prepared: PreparedRequest, build: BuildClientRequest) -> ClientExchange:
        """Send one request to another endpoint of the server, if refused again with the previous secret."""
        context = replace(prepared.context, now=self._clock(), nonce=_new_nonce())
        request = build(context, prepared.client)
        sent = ClientExchange(request, await self._provider.send(request, context))
        if prepared.previous is None or not sent.is_client_refused:
            return sent
        again = await self.send_as_client(replace(prepared, client=prepared.previous, previous=None), build)
        return again if again.is_answered else sent

    async def begin_consent(
        self, prepared: PreparedRequest, endpoint: str, build: BuildClientRequest, parse: ParseResponse[Parsed]
    ) -> Parsed | Problem:
        """Send the request with which a consent begins at the provider, unless a Secret may not be sent to its host."""
        required = self._read_rules().require_allowed_hosts
        forbidden = find_forbidden_url(prepared.credentials, (endpoint,), required=required)
        if forbidden is not None:
            return forbidden
        sent = await self.send_as_client(prepared, build)
        found = parse(sent.response) if isinstance(sent.response, HTTPResponse) else sent.response
        if not isinstance(found, Signal):
            return found
        problem = of_signal(prepared.connector.spec, RequestPhase.CODE, found)
        return show_signal(problem, drop_echoes(found, sent.request))

    def _record(self, prepared: PreparedRequest, result: str, context: RequestContext) -> None:
        host, took = read_host(context.token_endpoint), self._clock() - context.now
        grant_type = prepared.connector.spec.grant_type.value
        try:
            self._on_token_request(TokenRequestRecord(prepared.connector.key, host, grant_type, result, took))
        except Exception:  # the response is worth more than its record
            log.exception("a token request could not be recorded", connector=str(prepared.connector.key))

    async def discover(self, connector: Connector) -> ServerMetadata | Problem | None:
        """Fetch the metadata of the server (RFC 8414); `None` where the spec names neither issuer nor resource."""
        context = await self.servers.read_context(connector)
        return context if isinstance(context, Problem) else await self.servers.find(connector, context)

    async def _gather_request(
        self, connector: Connector, secrets: Mapping[str, CredentialSecret], server: GrantServer
    ) -> PreparedRequest | Problem:
        credentials = await self.credentials.assemble(connector, secrets)
        if isinstance(credentials, Problem):
            return credentials
        context = await self.servers.read_context(connector)
        if isinstance(context, Problem):
            return context
        provider, context = connector.spec.provider, context.with_identity(credentials.client.tls_identity)
        endpoint = server.token_url or provider.effective_token_url
        is_of_issuer = endpoint is None or provider.is_of_issuer(endpoint)
        found = await self.servers.find(connector, context, server.issuer) if endpoint is None else None
        if isinstance(found, Problem):
            return found
        endpoint = found.token_endpoint if found is not None else endpoint or ""
        read = tuple(secret for secret in secrets.values() if secret.is_readable)
        required = self._read_rules().require_allowed_hosts
        obstacle = check_refresh_url(provider, endpoint) or find_forbidden_url(
            read, (endpoint, provider.request_shape.refresh_url), required=required
        )
        at = replace(
            complete_context(connector.spec, context, found),
            token_endpoint=endpoint,
            nonce=_new_nonce(),
            is_endpoint_of_issuer=is_of_issuer,
        )
        registered = server.client
        client = await self._build_client(connector, registered) if registered is not None else credentials.client
        given = (client, credentials.grant, Attempt((), ""), read, credentials.previous)
        return obstacle or PreparedRequest(connector, at, *given, credentials.headers, found, server.pin(found))

    async def _build_client(self, connector: Connector, registered: RegisteredClient) -> Client:
        """Build a client that the operator got, with the operator's own key where it signs."""
        if not registered.is_signed:
            return registered.build_client()
        if self._keys is None:
            raise TypeError(f"{connector.key} has a client that only the operator can sign for")
        key = await self._keys.load_client_key()
        return registered.build_signing_client(key, connector.spec.client.assertion_audience)


def _new_nonce() -> str:
    return randomness.token_urlsafe(16)
