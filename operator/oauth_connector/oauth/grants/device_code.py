"""The device authorization grant (RFC 8628)."""

from dataclasses import dataclass

from pydantic import SecretStr

from oauth_connector.oauth.grants.grant import Grant, Pairs, Purpose, Renewal
from oauth_connector.oauth.request_context import RequestContext

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True, slots=True)
class DeviceCode(Grant):
    """The client presents a device code until the user has decided (RFC 8628 §3.4).

    `client_id` is a parameter of the request where the client is not authenticated (§3.4); a public client sends it.
    """

    device_code: SecretStr

    parameter_names = frozenset({"grant_type", "device_code"})
    purpose = Purpose.CODE
    renewal = Renewal.CONSENT
    may_return_refresh_token = True
    sends_scope = False
    is_polled = True

    def form(self, context: RequestContext) -> Pairs:  # noqa: ARG002  # the same for every request
        """Return the parameters (RFC 8628 §3.4)."""
        return (("grant_type", GRANT_TYPE), ("device_code", self.device_code.get_secret_value()))

    def identity(self) -> tuple[str, ...]:
        """Return the name of the grant, and the device code."""
        return ("device_code", self.device_code.get_secret_value())
