"""Addresses of the consent service, below its public URL, and of the loopback interface."""

from urllib.parse import quote

from oauth_connector.api.v1alpha1.authorization_code import LOOPBACK


def callback_path(namespace: str, connector: str) -> str:
    """Give the path of a connector's redirect URI: its own, so that no other's code can come there."""
    return f"/oauth/callback/{quote(namespace)}/{quote(connector)}"


def connect_path(namespace: str, consent: str) -> str:
    """Give the path of the page where a consent is given; the ticket goes into the fragment."""
    return f"/connect/{quote(namespace)}/{quote(consent)}"


def connector_path(namespace: str, connector: str) -> str:
    """Give the path of the page that says how to connect a connector; it proves and starts nothing."""
    return f"/connector/{quote(namespace)}/{quote(connector)}"


def redirect_uri(public_url: str, namespace: str, connector: str) -> str:
    """Give the redirect URI of a connector at the consent service."""
    return public_url.rstrip("/") + callback_path(namespace, connector)


def is_loopback(uri: str, namespace: str, connector: str) -> bool:
    """Tell whether a redirect URI is on loopback, with the connector's own path."""
    found = LOOPBACK.fullmatch(uri)
    return found is not None and found.group(3) == callback_path(namespace, connector)
