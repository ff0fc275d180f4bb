"""What the operator observes of a connector, as far as a user may read it; the rest is taken from status."""

from dataclasses import dataclass, replace

from oauth_connector.api.names import READY
from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.times import to_epoch
from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.api.v1alpha1.digests import digest_binding
from oauth_connector.api.v1alpha1.references import OPERATOR_TOKEN
from oauth_connector.connector.checks.facts import may_credentials_repair
from oauth_connector.connector.consent.request import ANY_CONSENT_SERVER, ConsentPolicy
from oauth_connector.connector.credentials import list_credential_names
from oauth_connector.connector.grant.state import state_name
from oauth_connector.connector.observation import Connector, CredentialVersion, Observation
from oauth_connector.connector.operator_tokens import VERSION as OPERATOR_VERSION
from oauth_connector.connector.secret.forbidden_labels import find_forbidden_label
from oauth_connector.connector.secret.metadata import GrantSummary, SecretMetadata, secret_metadata
from oauth_connector.connector.service_accounts import ServiceAccount, name_account
from oauth_connector.kube.credential_manifests import read_version
from oauth_connector.kubectl_plugin.errors import CommandFailed
from oauth_connector.kubectl_plugin.user_credentials import UserCredentials
from oauth_connector.oauth.errors import Remedy


@dataclass(frozen=True, slots=True)
class UserObservation:
    """An observation; `is_assumed` where the Secrets are assumed to be as status describes them."""

    value: Observation
    is_assumed: bool = False


async def observe(live: Connector, edited: Connector, credentials: UserCredentials, now: float) -> UserObservation:
    """Gather what a decision about an edited connector depends on; without an edit both are the same."""
    obs = Observation(
        now=now,
        connector=edited,
        token_digest=edited.spec.token_digest,
        output_digest=edited.spec.output_digest,
        redirect_uri=_find_redirect(live, edited),
        rules=_read_rules(live),
        forbidden_label=_find_forbidden_label(live, edited),
    )
    try:
        return UserObservation(await _read_secrets(obs, live, credentials))
    except CommandFailed:
        return UserObservation(_assume_secrets(obs, live), is_assumed=True)


async def _read_secrets(obs: Observation, live: Connector, credentials: UserCredentials) -> Observation:
    async def read(name: str) -> SecretMetadata | None:
        found = await credentials.read_metadata(live.key.namespace, name)
        return secret_metadata(found) if found is not None else None

    name, former = obs.connector.output_name, live.status.secret_ref
    orphan = await read(former.name) if former is not None and former.name != name else None
    versions = None
    if may_credentials_repair(live.status):
        versions = tuple(
            [await _read_version(credentials, live, each) for each in list_credential_names(obs.connector.spec)]
        )
    return replace(
        obs,
        output=await read(name),
        orphans=(orphan,) if orphan is not None else (),
        state=await read(state_name(live.key.name)),
        credentials=versions,
    )


async def _read_version(credentials: UserCredentials, live: Connector, name: str) -> CredentialVersion:
    if name == OPERATOR_TOKEN:
        return OPERATOR_VERSION
    account = name_account(name)
    if account is not None:
        read = await credentials.read_service_account(live.key.namespace, account)
        return read.version if isinstance(read, ServiceAccount) else CredentialVersion(name)
    found = await credentials.read_metadata(live.key.namespace, name)
    return read_version(found) if found is not None else CredentialVersion(name)


def _assume_secrets(obs: Observation, live: Connector) -> Observation:
    """Return the observation with the Secrets as the operator wrote them, by the status of the connector."""
    written = SecretMetadata(
        namespace=live.key.namespace,
        name=live.status.secret_ref.name if live.status.secret_ref is not None else "",
        uid="",
        resource_version="",
        managed=True,
        connector=live.key.name,
        connector_uid=live.uid,
        token_digest=live.spec.token_digest,
        output_digest=live.spec.output_digest,
        issued_at=to_epoch(live.status.issue_time),
        expires_at=to_epoch(live.status.expiration_time),
        intact=True,
        has_owned_data=True,
        owner_uid=None if live.spec.is_secret_retained else live.uid,
    )
    state = replace(written, name=state_name(live.key.name), issued_at=None, grant=_assume_grant(live))
    obs = replace(obs, state=state if state.grant is not None else None)
    if not written.name:
        return obs
    is_same = written.name == obs.connector.output_name
    return replace(obs, output=written) if is_same else replace(obs, orphans=(written,))


def _assume_grant(live: Connector) -> GrantSummary | None:
    if live.status.consent is None:
        return None
    error = live.status.last_error
    given_up = error is not None and error.remedy is Remedy.CONSENT_AGAIN
    binding = digest_binding(live.spec, live.spec.client.id or "")
    expires = to_epoch(live.status.refresh_token_expiration_time)
    return GrantSummary(
        renewable=True, given_up=given_up, binding=binding, digest=live.spec.token_digest, refresh_expires=expires
    )


def _find_redirect(live: Connector, edited: Connector) -> str | None:
    """Return the redirect URI; `None` where the operator has reconciled the connector and has none for it."""
    is_reconciled = live.status.observed_generation == live.generation
    policy = ConsentPolicy() if is_reconciled and live.status.redirect_uri is None else ANY_CONSENT_SERVER
    return policy.redirect_of(edited) if edited.spec.needs_consent else None


def _find_forbidden_label(live: Connector, edited: Connector) -> str | None:
    """Return a label that the operator has refused, by the status of the connector: its settings are not known."""
    ready = find_condition(live.status.conditions, READY)
    is_refused = ready is not None and ready.reason == Reason.LABEL_NOT_ALLOWED
    return find_forbidden_label(edited.spec, ()) if is_refused else None


def _read_rules(live: Connector) -> str:
    """Return the digest of the rules of the operator, which status records with a refusal by these rules."""
    error = live.status.last_error
    return (error.request_digest or "").partition("/")[2] if error is not None else ""
