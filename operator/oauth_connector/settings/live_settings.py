"""The settings of the operator that apply while it runs."""

from collections.abc import Callable

from oauth_connector.net.provider_client import HTTPProviderClient
from oauth_connector.settings.local_rules import read_local_rules
from oauth_connector.settings.operator import Settings
from oauth_connector.settings.reload import SettingsReload


class LiveSettings:
    """The settings that apply while the process runs: connections, credentials, labels of output Secrets."""

    NAMES = ("allowed_destinations", "require_allowed_hosts", "allowed_output_labels", "service_account_tokens")

    def __init__(self, settings: Settings, provider: HTTPProviderClient, on_change: Callable[[], None]) -> None:
        self.rules = read_local_rules(settings)
        self.reload = SettingsReload(settings, self.NAMES, self._apply, lambda chosen: (chosen.trust_bundle,))
        self._provider = provider
        self._on_change = on_change

    def _apply(self, settings: Settings) -> None:
        rules = read_local_rules(settings)
        if rules != self.rules:
            self.rules = rules
            self._provider.change_destinations(settings.allowed_destinations)
            self._on_change()
