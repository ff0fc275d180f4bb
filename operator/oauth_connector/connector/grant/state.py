"""The stored grant: the state Secret as a value.

The state Secret (`<connector>-oauth-state`) is for the operator only and never mounted. Of its content only the access
token is copied to the output Secret. docs/explanation/refresh-tokens.md explains the claim protocol that guards it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import SecretStr

from oauth_connector.api import names
from oauth_connector.api.schema.times import format_epoch
from oauth_connector.connector.grant.stored_clients import list_members
from oauth_connector.connector.grant.stored_members import VERSION, StoredMembers
from oauth_connector.connector.grant.unrepeatable_request import UnrepeatableRequest, read_unrepeatable
from oauth_connector.connector.observation import Connector, IssuedToken
from oauth_connector.connector.secret.metadata import GrantSummary
from oauth_connector.connector.secret.rendering import RenderedSecret, owner
from oauth_connector.oauth.grants.grant import Purpose
from oauth_connector.oauth.lifetimes import read_lifetime_source
from oauth_connector.oauth.registration import RegisteredClient

MOST_REFUSALS = 5
REFUSED_OVER = 3600
"""So many refusals that are not certain, over at least so many seconds, show that the grant has ended."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A request in flight, recorded before its first byte is sent.

    `attempt` identifies the claim; `at` is in seconds since the epoch; `holder` is the process that wrote it.
    """

    attempt: str
    at: int
    purpose: Purpose
    holder: str = ""


@dataclass(frozen=True, slots=True)
class GrantedConsent:
    """The consent behind a grant: the requester, the time (seconds since the epoch), and the account."""

    uid: str
    requested_by: str
    at: int
    account: str | None = None


@dataclass(frozen=True, slots=True)
class GrantState:
    """A stored grant.

    `generation` counts its refresh tokens; `binding` is the digest of the server and client that they were issued for;
    `digest` is that of what was consented to; `initial_fingerprint` is that of the initial refresh token; `tried` is
    the UID of the last consent whose code was sent, which is never sent again. `token_url` is the endpoint that the
    provider named in its redirect; `issuer` is the one a resource led to. Three members follow refusals: `given_up`
    means that the refresh token is not presented again; `refused_at` are the times of refusals after which it is;
    `unrepeatable` is the request of what a user typed that must not be sent again. `client` is the registered client of
    the grant, and `next_client` one that waits for its first consent.
    """

    refresh_token: SecretStr | None = None
    token: IssuedToken | None = None
    generation: int = 0
    binding: str = ""
    digest: str = ""
    initial_fingerprint: str | None = None
    token_url: str | None = None
    issuer: str | None = None
    refresh_issued: int | None = None
    refresh_expires: int | None = None
    given_up: bool = False
    refused_at: tuple[int, ...] = ()
    tried: str | None = None
    consent: GrantedConsent | None = None
    claim: Claim | None = None
    unrepeatable: UnrepeatableRequest | None = None
    client: RegisteredClient | None = None
    next_client: RegisteredClient | None = None

    @property
    def is_repeatedly_refused(self) -> bool:
        """Return whether the refresh token was refused so often that a user must consent again."""
        first = self.refused_at[:1] or (0,)
        return len(self.refused_at) >= MOST_REFUSALS and self.refused_at[-1] - first[0] >= REFUSED_OVER

    def with_refusal(self, at: int) -> "GrantState":
        """Return the state after a refusal that does not end the grant; the time of the first one is kept."""
        kept = self.refused_at if len(self.refused_at) < MOST_REFUSALS else (self.refused_at[0], *self.refused_at[2:])
        return replace(self, refused_at=(*kept, at), claim=None)


def state_name(connector: str) -> str:
    """Return the name of a connector's state Secret."""
    return f"{connector}{names.STATE_SUFFIX}"


def fingerprint(secret: SecretStr) -> str:
    """Return a fingerprint of a refresh token, which has enough entropy not to be guessed from it."""
    return hashlib.sha256(secret.get_secret_value().encode()).hexdigest()[:32]


def render_state(state: GrantState, connector: Connector) -> RenderedSecret:
    """Return the Secret for a state; annotations repeat what restarts and schedules need."""
    secrets = {"refresh_token": state.refresh_token, "access_token": state.token.access_token if state.token else None}
    data = {key: value for key, value in secrets.items() if value is not None}
    fields = {name: value.get_secret_value() for name, value in (state.token.fields.items() if state.token else ())}
    data |= {"fields.json": SecretStr(json.dumps(fields, sort_keys=True))} if fields else {}  # no key may be so named
    data["grant.json"] = SecretStr(json.dumps(_members(state), sort_keys=True, separators=(",", ":")))
    annotations = {
        names.CONNECTOR: connector.key.name,
        names.CONNECTOR_UID: connector.uid,
        names.STATE: summarize(state).to_annotation(),
    }
    if state.token is not None:
        annotations[names.TOKEN_DIGEST] = state.token.digest
        annotations[names.ISSUED_AT] = format_epoch(state.token.issued)
        if state.token.expires is not None:
            annotations[names.EXPIRES_AT] = format_epoch(state.token.expires)
    return RenderedSecret(
        name=state_name(connector.key.name),
        data=dict(sorted(data.items())),
        labels=names.SECRET_LABELS,
        annotations=annotations,
        owner=None if connector.spec.is_secret_retained else owner(connector),
        type=names.STATE_TYPE,
    )


def summarize(state: GrantState) -> GrantSummary:
    """Return what may be known of a state without reading the Secret."""
    return GrantSummary(
        generation=state.generation,
        renewable=state.refresh_token is not None,
        given_up=state.given_up,
        binding=state.binding,
        digest=state.digest,
        refresh_issued=state.refresh_issued,
        refresh_expires=state.refresh_expires,
        claimed_at=state.claim.at if state.claim else None,
        claimed_for=state.claim.purpose.value if state.claim else None,
        attempt=state.claim.attempt if state.claim else None,
        claimed_by=state.claim.holder if state.claim else None,
        tried=state.tried,
        consent=state.consent.uid if state.consent else None,
        requested_by=state.consent.requested_by if state.consent else None,
        consented_at=state.consent.at if state.consent else None,
        account=state.consent.account if state.consent else None,
    )


def read_state(data: Mapping[str, bytes]) -> GrantState | None:
    """Read a state; `None` where it is invalid, as after an edit by another client."""
    try:
        return _read(StoredMembers.model_validate_json(data["grant.json"], by_alias=True), data)
    except (KeyError, ValueError, AttributeError, RecursionError):  # one of pydantic is a `ValueError`
        return None


def _members(state: GrantState) -> dict[str, object]:
    token, claim, consent = state.token, state.claim, state.consent
    return {
        "version": VERSION,
        "generation": state.generation,
        "binding": state.binding,
        "digest": state.digest,
        "seed": state.initial_fingerprint,
        "tokenURL": state.token_url,
        "issuer": state.issuer,
        "refreshIssued": state.refresh_issued,
        "refreshExpires": state.refresh_expires,
        "refused": state.given_up,
        "rejections": list(state.refused_at),
        "tried": state.tried,
        "token": [token.token_type, token.issued, token.expires, token.digest, token.scope] if token else None,
        "lifetimeSource": token.lifetime_source if token else None,  # apart, as the holder of the claim
        "claim": [claim.attempt, claim.at, claim.purpose.value] if claim else None,
        "claimHolder": claim.holder if claim else None,  # apart: an earlier release reads a claim of three members
        "consent": [consent.uid, consent.requested_by, consent.at, consent.account] if consent else None,
        "refusal": state.unrepeatable.to_members() if state.unrepeatable else None,
        "client": list_members(state.client),
        "nextClient": list_members(state.next_client),
    }


def _read(members: StoredMembers, data: Mapping[str, bytes]) -> GrantState:
    refresh, claim, consent = data.get("refresh_token"), members.claim, members.consent
    return GrantState(
        refresh_token=SecretStr(refresh.decode()) if refresh else None,
        token=_token(members, data),
        generation=members.generation,
        binding=members.binding,
        digest=members.digest,
        initial_fingerprint=members.initial_fingerprint,
        token_url=members.token_url,
        issuer=members.issuer,
        refresh_issued=members.refresh_issued,
        refresh_expires=members.refresh_expires,
        given_up=members.refused,
        refused_at=members.rejections,
        tried=members.tried,
        consent=GrantedConsent(*consent) if consent is not None else None,
        claim=Claim(*claim, members.claim_holder or "") if claim is not None else None,
        unrepeatable=read_unrepeatable(members.refusal or []),
        client=members.client.read() if members.client is not None else None,
        next_client=members.next_client.read() if members.next_client is not None else None,
    )


def _token(members: StoredMembers, data: Mapping[str, bytes]) -> IssuedToken | None:
    if members.token is None or "access_token" not in data:
        return None
    kind, issued, expires, digest, scope = members.token
    fields = {name: SecretStr(str(value)) for name, value in json.loads(data.get("fields.json", b"{}")).items()}
    source = read_lifetime_source(members.lifetime_source)
    access_token = SecretStr(data["access_token"].decode())
    return IssuedToken(access_token, kind, issued, expires, digest, scope or None, fields, source)
