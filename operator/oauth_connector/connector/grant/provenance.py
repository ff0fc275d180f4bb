"""Whether the operator wrote a state Secret: the content that it continues with, or that the Secret is not used.

Every user who may create Secrets can give one the name, the label and the annotations of a state Secret. So its content
is used only with the operator's signature, or with a proof that an earlier release or another install has written it:
it holds the token that was published.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from oauth_connector.connector.grant.state import GrantState
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.secret.metadata import SecretMetadata, recorded_keys
from oauth_connector.connector.secret.signature import is_kept_for, is_restored
from oauth_connector.oauth.grants.grant import Renewal


@dataclass(frozen=True, slots=True)
class FoundState:
    """A state Secret as it was read; `published` is the access token in the Secret that status names, if any."""

    metadata: SecretMetadata
    state: GrantState
    is_signed: bool
    published: bytes | None = None


def choose_content(found: FoundState, connector: Connector) -> GrantState | None:
    """Return the content to continue with; `None` where the Secret is not the connector's, and a user must decide.

    Where nothing can be lost, the operator begins with an empty state in the place of an unproved one.
    """
    if _is_proved(found, connector):
        return found.state
    return _keep_marks(found.state) if _has_nothing_to_lose(found.state, connector) else None


def _is_proved(found: FoundState, connector: Connector) -> bool:
    if found.is_signed:
        return is_inherited(found.metadata, connector)
    token = found.state.token
    if found.metadata.connector_uid != connector.uid or token is None or found.published is None:
        return False
    return hmac.compare_digest(token.access_token.get_secret_value().encode(), found.published)


def is_inherited(secret: SecretMetadata, connector: Connector) -> bool:
    """Return whether a signed Secret is that of this connector, or of an earlier one of this name that it inherits.

    It does so where a backup was restored, since the client that wrote the copy knew its content; and where both
    connectors retain their Secrets, for the same output Secret: an admission policy asks the author of such a connector
    for the permission to read the state Secret. Otherwise a user who deletes a connector and leaves its Secrets could
    read its token in another output Secret.
    """
    is_own = secret.connector_uid == connector.uid
    is_retained = connector.spec.is_secret_retained and is_kept_for(secret, connector.output_name)
    return is_own or is_restored(secret) or is_retained


def _has_nothing_to_lose(state: GrantState, connector: Connector) -> bool:
    is_empty = (state.refresh_token is None or state.given_up) and state.token is None
    return is_empty or connector.spec.renewal is Renewal.CREDENTIALS


def _keep_marks(state: GrantState) -> GrantState:
    """Keep only what prevents a request: what was sent or refused before is not sent again."""
    return GrantState(
        generation=state.generation,
        given_up=state.given_up,
        tried=state.tried,
        initial_fingerprint=state.initial_fingerprint,
        unrepeatable=state.unrepeatable,
        claim=state.claim,
    )


def read_published_token(secret: SecretMetadata, data: Mapping[str, bytes]) -> bytes | None:
    """Return the bare access token of an output Secret; `None` where no key holds it, as with formats alone."""
    keys = recorded_keys(secret.fields)
    bare = data.get(keys.get("AccessToken", ""))
    header = data.get(keys.get("Authorization", ""))
    if bare is not None or header is None:
        return bare
    return header.rpartition(b" ")[2]
