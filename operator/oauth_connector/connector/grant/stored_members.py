"""The members of `grant.json` in a state Secret, with their bounds.

They are read as if another client had written them: with a member of another type, or a number that is no point in
time, the whole state is invalid.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from oauth_connector.connector.grant.stored_clients import StoredClient
from oauth_connector.connector.secret.metadata import Second
from oauth_connector.oauth.grants.grant import Purpose

VERSION = 1


class StoredMembers(BaseModel):
    """The members as JSON spells them. A member with a default is missing in states of earlier releases.

    `token` holds type, time of issue, expiry, digest and scopes; `claim` attempt, time and purpose; `consent` UID,
    requester, time and account.
    """

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    version: Literal[1]
    generation: Annotated[int, Field(ge=0, le=2**53)]
    binding: str
    digest: str
    initial_fingerprint: Annotated[str | None, Field(alias="seed")]
    token_url: Annotated[str | None, Field(alias="tokenURL")]
    refresh_issued: Annotated[Second | None, Field(alias="refreshIssued")]
    refresh_expires: Annotated[Second | None, Field(alias="refreshExpires")]
    refused: bool
    rejections: Annotated[tuple[Second, ...], Field(max_length=64)]
    tried: str | None
    token: tuple[str, Second, Second | None, str, tuple[str, ...] | None] | None
    claim: tuple[str, Second, Purpose] | None
    consent: tuple[str, str, Second, str | None] | None
    lifetime_source: Annotated[Any, Field(alias="lifetimeSource")] = None
    claim_holder: Annotated[str | None, Field(alias="claimHolder")] = None
    refusal: list[Any] | None = None
    issuer: str | None = None
    client: StoredClient | None = None
    next_client: Annotated[StoredClient | None, Field(alias="nextClient")] = None
