"""What differs in the requests and responses of a preset, as names and texts; an empty text where nothing does."""

from collections.abc import Iterator
from dataclasses import fields

from oauth_connector.oauth.quirks import Places, Quirks
from oauth_connector.oauth.request_shape import BodyFormat, RequestShape


def describe_requests(shape: RequestShape) -> Iterator[tuple[str, str]]:
    """Yield what differs in a token request."""
    yield "endpoint for refresh tokens", f"`{shape.refresh_url}`" if shape.refresh_url else ""
    yield "token request", _describe_format(shape)
    yield "headers of the token request", " ".join(f"`{name}: {value}`" for name, value in shape.headers.items())
    yield "parameters of the token request", " ".join(f"`{name}={value}`" for name, value in shape.parameters.items())
    names = (f"`{own}` → `{sent}`" if sent else f"`{own}` is not sent" for own, sent in shape.parameter_names.items())
    yield "names of parameters", ", ".join(names)
    yield "values of `grant_type`", ", ".join(f"`{own}` → `{sent}`" for own, sent in shape.grant_types.items())
    yield "scopes on a refresh", "sent" if shape.scope_on_refresh else ""
    yield "not sent on a refresh", ", ".join(f"`{name}`" for name in sorted(shape.refresh_omits))


def _describe_format(shape: RequestShape) -> str:
    if shape.has_query:
        return f"{shape.method.value} with the parameters in the query"
    return "a JSON object" if shape.body_format is BodyFormat.JSON else ""


def describe_responses(quirks: Quirks) -> Iterator[tuple[str, str]]:
    """Yield what differs in a token response, except the error codes."""
    places = {each.name: getattr(quirks.places, each.name) for each in fields(Places)}
    yield "places in the response", ", ".join(f"`{name}` at `{place}`" for name, place in places.items() if place)
    yield "member that contains the token", f"`{quirks.nested}`" if quirks.nested else ""
    yield "places of error codes", ", ".join(f"`{place}`" for place in quirks.error_places)
    yield "member with the result", f"`{quirks.result}`" if quirks.result else ""
    yield "unit of `expires_in`", f"{quirks.unit:g} s" if quirks.unit != 1 else ""
