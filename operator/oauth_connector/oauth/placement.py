"""Puts the values of a token response where RFC 6749 §5.1 has them, from where a provider puts them."""

from collections.abc import Mapping
from dataclasses import fields

from oauth_connector.oauth.json_pointer import find_holder, find_value
from oauth_connector.oauth.quirks import Places, Quirks
from oauth_connector.oauth.response_body import Members


def place_members(members: Members, quirks: Quirks) -> Members:
    """Return the members of a response under the names of the standard, with the others beside them."""
    pointer = quirks.places.access_token
    holder = find_holder(members, pointer) if pointer and find_value(members, pointer) is not None else None
    merged = {**members, **holder} if isinstance(holder, Mapping) else _unnest(members, quirks)
    found = {each.name: find_value(members, getattr(quirks.places, each.name)) for each in fields(Places)}
    placed: dict[str, object] = {name: value for name, value in found.items() if value is not None}
    if "expires_at" in placed:
        placed.setdefault("expires_in", None)  # the place that is named counts, and not another member
    return {**placed, **{name: value for name, value in merged.items() if name not in placed}}


def _unnest(members: Members, quirks: Quirks) -> Members:
    """Merge the object that contains the token into the top level, where that has no token.

    It is the member that the preset names, or else the only one that is an object with a token.
    """
    if members.get("access_token"):
        return members
    objects = {name: value for name, value in members.items() if isinstance(value, Mapping)}
    inner = objects.get(quirks.nested) if quirks.nested is not None else None
    if inner is None:
        holders = [value for value in objects.values() if value.get("access_token")]
        inner = holders[0] if len(holders) == 1 else None
    return {**members, **inner} if inner is not None else members
