"""The part of an `OAuthConsent`'s request that a device authorization has (RFC 8628): what the user is shown."""

import json
from typing import Annotated

from pydantic import Field

from oauth_connector.api.schema.fields import Model, pattern_rule
from oauth_connector.api.schema.times import Time
from oauth_connector.oauth.device_authorization import USER_CODE

Link = Annotated[
    str,
    Field(min_length=1, max_length=2048),
    pattern_rule("https?://[!-~]+", "must be a link of HTTP"),
]

LONGEST_SEALED_CODE = 8192


class DeviceRequest(Model):
    """The codes of a device authorization response (RFC 8628 §3.2). The operator writes it once."""

    user_code: Annotated[
        str, Field(min_length=1, max_length=64), pattern_rule(USER_CODE, "must be letters and digits in groups")
    ] = Field(description="Code that the user enters at the provider.")
    verification_uri: Link = Field(description="Page of the provider where the user enters the code.")
    complete_uri: Link | None = Field(None, description="The same page, with the code in the link, if there is one.")
    interval: Annotated[int, Field(ge=1, le=60)] = Field(description="Seconds between two polls of the operator.")
    expiration_time: Time = Field(description="Time until which the code is valid.")
    sealed_code: Annotated[
        str,
        Field(min_length=1, max_length=LONGEST_SEALED_CODE),
        pattern_rule(r"[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){4}", "must be a JWE in compact form"),
    ] = Field(description="Device code, encrypted by the operator for itself (JWE).")

    @property
    def link(self) -> str:
        """Return the link to open: with the code in it, where the provider offers that."""
        return self.complete_uri or self.verification_uri


def describe_shown(user_code: str, verification_uri: str, complete_uri: str | None) -> str:
    """Return what the user is shown, as one text to which the device code is bound."""
    return json.dumps([user_code, verification_uri, complete_uri])
