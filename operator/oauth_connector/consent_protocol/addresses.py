"""Addresses of the consent server below its public URL, and redirect URIs."""

from urllib.parse import quote

from oauth_connector.api.v1alpha1.authorization_code import LOOPBACK


def callback_path(namespace: str, connector: str) -> str:
    """Return the path of the redirect URI of a connector. It is unique, so that it receives no code of another."""
    return f"/oauth/callback/{quote(namespace)}/{quote(connector)}"


def connect_path(namespace: str, consent: str) -> str:
    """Return the path of the page of a consent; the ticket is in the fragment of the link."""
    return f"/connect/{quote(namespace)}/{quote(consent)}"


def connector_path(namespace: str, connector: str) -> str:
    """Return the path of the page that shows how to authorize a connector; it starts nothing."""
    return f"/connector/{quote(namespace)}/{quote(connector)}"


def redirect_uri(public_url: str, namespace: str, connector: str) -> str:
    """Return the redirect URI of a connector at the consent server."""
    return public_url.rstrip("/") + callback_path(namespace, connector)


def is_loopback(uri: str, namespace: str, connector: str) -> bool:
    """Return whether a redirect URI is on loopback and has the path of the connector."""
    found = LOOPBACK.fullmatch(uri)
    return found is not None and found.group(3) == callback_path(namespace, connector)
