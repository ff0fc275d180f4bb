"""Addresses of the consent server below its public URL, and redirect URIs."""

from urllib.parse import quote

from oauth_connector.api.v1alpha1.authorization_code import LOOPBACK

CALLBACK_ROUTE = "/oauth/callback/{namespace}/{name}"
CONNECTOR_ROUTE = "/connector/{namespace}/{name}"
CONNECT_ROUTE = "/connect/{namespace}/{name}"
RESULT_ROUTE = f"{CONNECT_ROUTE}/done"
PHASE_ROUTE = f"{CONNECT_ROUTE}/status"


def callback_path(namespace: str, connector: str) -> str:
    """Return the path of the redirect URI of a connector. It is unique, so that it receives no code of another."""
    return _fill(CALLBACK_ROUTE, namespace, connector)


def connect_path(namespace: str, consent: str) -> str:
    """Return the path of the page of a consent; the ticket is in the fragment of the link."""
    return _fill(CONNECT_ROUTE, namespace, consent)


def result_path(namespace: str, consent: str) -> str:
    """Return the path of the page with the result of a consent."""
    return _fill(RESULT_ROUTE, namespace, consent)


def connector_path(namespace: str, connector: str) -> str:
    """Return the path of the page that shows how to authorize a connector; it starts nothing."""
    return _fill(CONNECTOR_ROUTE, namespace, connector)


def redirect_uri(public_url: str, namespace: str, connector: str) -> str:
    """Return the redirect URI of a connector at the consent server."""
    return public_url.rstrip("/") + callback_path(namespace, connector)


def is_loopback(uri: str, namespace: str, connector: str) -> bool:
    """Return whether a redirect URI is on loopback and has the path of the connector."""
    found = LOOPBACK.fullmatch(uri)
    return found is not None and found.group(3) == callback_path(namespace, connector)


def _fill(route: str, namespace: str, name: str) -> str:
    return route.format(namespace=quote(namespace), name=quote(name))
