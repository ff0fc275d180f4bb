"""What is noticeable about values of Secrets, without the values: a line break or spaces at their ends."""

from collections.abc import Mapping

from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.credentials import CredentialSecret


def describe_values(spec: OAuthConnectorSpec, secrets: Mapping[str, CredentialSecret]) -> dict[str, str]:
    """Return what is noticeable about the value of each reference of a spec, by `NAME/KEY`."""
    found = {}
    for reference in spec.secret_references:
        secret = secrets.get(reference.name)
        note = _describe_ends(secret.data.get(reference.key or "", b"")) if secret is not None else ""
        if note:
            found[f"{reference.name}/{reference.key}"] = note
    return found


def _describe_ends(value: bytes) -> str:
    rest = value.removesuffix(b"\n").removesuffix(b"\r")
    if rest != rest.strip(b" \t"):
        return "begins or ends with a space, which is sent to the provider. Remove it, if the value has none."
    return "ends with a line break, which the operator removes" if rest != value else ""
