"""The JSON key of a Google service account (cloud.google.com/iam/docs/keys-create-delete)."""

import json
from dataclasses import dataclass, field

from pydantic import SecretStr

from oauth_connector.oauth.signing_key import UnusableKey

_NEEDED = ("client_email", "private_key", "private_key_id", "token_uri")


@dataclass(frozen=True, slots=True)
class GoogleKey:
    """The members of a key that a request needs.

    `token_uri` is not trusted to choose where an assertion is sent: it is compared with the token endpoint.
    """

    client_email: str
    private_key: SecretStr = field(repr=False)
    private_key_id: str
    token_uri: str


def read_google_key(text: SecretStr) -> GoogleKey | UnusableKey:
    """Read a JSON key. The cause of an `UnusableKey` contains no part of it."""
    try:
        members = json.loads(text.get_secret_value())
    except (ValueError, RecursionError):
        return UnusableKey("it is not the JSON key of a Google service account: its JSON text is damaged")
    kind = members.get("type") if isinstance(members, dict) else None
    if kind != "service_account":
        known = f"a key of type `{kind}`" if isinstance(kind, str) and kind in _OTHER_KINDS else "no JSON key"
        return UnusableKey(f"it is {known}: a Google service account has a key of type `service_account`")
    found = {name: members.get(name) for name in _NEEDED}
    unusable = [name for name, value in found.items() if not isinstance(value, str) or not value.isascii() or not value]
    if unusable:
        is_there = found[unusable[0]] not in (None, "")
        return UnusableKey(f"its member `{unusable[0]}` is {'no text in ASCII' if is_there else 'missing'}")
    email, key, key_id, uri = (str(found[name]) for name in _NEEDED)
    return GoogleKey(email, SecretStr(key), key_id, uri)


_OTHER_KINDS = frozenset({"authorized_user", "external_account", "impersonated_service_account"})
"""Types of files that Google's tools write and read in the same places (google.aip.dev/auth)."""
