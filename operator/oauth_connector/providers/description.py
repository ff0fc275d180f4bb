"""What is known of a preset, as names and texts, for the reference page and for `kubectl oauth providers`."""

from collections.abc import Iterator

from oauth_connector.providers.differences import describe_requests, describe_responses
from oauth_connector.providers.preset import Preset, RefreshTokens

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))

NOT_COMPARED = "not compared with the provider's pages yet"

_REVOKED = (
    "immediately; the operator refreshes late, and a mounted file contains a revoked token for up to 90 s after each"
    " refresh"
)


def describe_preset(preset: Preset) -> Iterator[tuple[str, str]]:
    """Yield each known property and its text; names and values of the wire are between backticks."""
    yield from ((name, text) for name, text in _list_properties(preset) if text)


def _list_properties(preset: Preset) -> Iterator[tuple[str, str]]:
    yield "authorization endpoint", _code(preset.authorization_url)
    yield "token endpoint", _code(preset.token_url)
    yield "revocation endpoint", _code(preset.revocation_url)
    yield "issuer", _code(preset.issuer)
    yield "client authentication", _code(preset.client_authentication)
    yield "scope separator", "comma" if preset.scope_separator == "," else ""
    yield "authorization parameters", " ".join(f"`{name}={value}`" for name, value in preset.authorization.items())
    yield "scope added to request a refresh token", _code(preset.offline_scope)
    yield "header prefix", _code(preset.header_prefix)
    yield "PKCE", ("method `plain`" if preset.pkce_plain else "") if preset.pkce else "disabled, unless set"
    names = (f"`{own}` → `{sent}`" for own, sent in preset.authorization_names.items())
    yield "names of parameters of the authorization request", ", ".join(names)
    yield "parameters of the redirect that can be published", ", ".join(_code(name) for name in preset.callback_fields)
    yield "assumed lifetime", _period(preset.default_lifetime)
    yield from _list_refresh_properties(preset.refresh_tokens)
    yield "hosts", _hosts(preset)
    yield from describe_requests(preset.request)
    yield from describe_responses(preset.quirks)
    yield (
        "error codes of the provider",
        ", ".join(f"`{own}` → `{meant}`" for own, meant in sorted(preset.quirks.errors.items())),
    )
    yield "comparison", f"compared with the provider's pages on {preset.read}" if preset.read else NOT_COMPARED


def _list_refresh_properties(known: RefreshTokens) -> Iterator[tuple[str, str]]:
    yield "a refresh revokes the old token", _REVOKED if known.revokes_access_token else _no(known.revokes_access_token)
    yield "a refresh returns another refresh token", "yes" if known.rotates else _no(known.rotates)
    yield "a used refresh token is refused", _describe_reuse(known)
    yield "a refresh token expires after the consent", _period(known.lifetime)
    yield "a refresh token expires without a refresh", _period(known.idle_lifetime)


def _describe_reuse(known: RefreshTokens) -> str:
    if not known.revokes_used:
        return _no(known.revokes_used)
    return f"{_period(known.reuse_window)} after its first use" if known.reuse_window else "yes"


def _no(fact: bool | None) -> str:  # noqa: FBT001  # a fact that is known, or is not
    return "no" if fact is False else ""


def _period(seconds: int | None) -> str:
    """Return a period in its largest whole unit; an empty text where it is not known."""
    if not seconds:
        return ""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size} {unit}"


def _hosts(preset: Preset) -> str:
    named = {value: host for each in preset.parameters.values() for value, host in each.hosts.items()}
    return ", ".join(f"`{value}` → `{host}`" for value, host in named.items())


def _code(text: str | None) -> str:
    return f"`{text}`" if text else ""
