"""The flow without a redirect (RFC 8628): the user enters a code at the provider, and the operator polls."""

import os
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.device_request import DeviceRequest
from oauth_connector.consent_protocol import addresses
from oauth_connector.consent_protocol.qr_codes import draw_text
from oauth_connector.kubectl_plugin.connector_view import ConnectorView
from oauth_connector.kubectl_plugin.created_consent import CreatedConsent

NARROWEST = 60
"""Columns of a terminal in which the code of a usual link fits."""


@dataclass(frozen=True, slots=True)
class DeviceFlow:
    """The flow of one consent: the codes of the provider, and the ticket for the page of the consent server."""

    consent: CreatedConsent
    device: DeviceRequest
    connector: ConnectorView
    ticket: SecretStr

    def show_code(self) -> None:
        """Print code, link and QR code. A user who enters the code gives the connector access to an own account."""
        terminal = self.consent.context.terminal
        terminal.info(
            f"Open this page on any device and enter the code {self.device.user_code}\n\n"
            f"  {self.device.verification_uri}\n"
        )
        if can_show_blocks():
            terminal.info(draw_text(self.device.link))
        terminal.info(
            "Do not send the code to anyone: a user who enters it gives this connector access to an own account."
        )
        page = self.build_page_link()
        if page is not None:
            terminal.info(f"The consent server shows the same code, for you only:\n\n  {page}\n")

    def build_page_link(self) -> str | None:
        """Return the link to the page of the consent server, where the status of the connector names that server."""
        known, view = self.connector.text("consentURL"), self.connector
        path = addresses.connector_path(view.namespace, view.name)
        if known is None or not known.endswith(path):
            return None
        start = addresses.connect_path(self.consent.context.namespace, self.consent.name)
        parts = urlsplit(known.removesuffix(path) + start)
        return urlunsplit(parts._replace(fragment=self.ticket.get_secret_value()))


def can_show_blocks() -> bool:
    """Return whether block characters appear as such on standard error, and there is space for a code."""
    if not sys.stderr.isatty():
        return False
    encoding = (sys.stderr.encoding or "").lower().replace("-", "")
    return encoding == "utf8" and os.get_terminal_size(sys.stderr.fileno()).columns >= NARROWEST
