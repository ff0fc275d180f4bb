"""All presets by name. Each row links to the provider's own pages; each quirk is imitated in a test."""

from collections.abc import Mapping

from oauth_connector.providers.applications import GITHUB, GOOGLE, SALESFORCE, SLACK, ZOHO
from oauth_connector.providers.directories import AUTH0, KEYCLOAK, MICROSOFT_ENTRA, OKTA
from oauth_connector.providers.preset import Preset, PresetName

PRESETS: Mapping[PresetName, Preset] = {
    preset.name: preset for preset in (ZOHO, GOOGLE, MICROSOFT_ENTRA, GITHUB, SALESFORCE, OKTA, AUTH0, KEYCLOAK, SLACK)
}
