"""The token endpoint of a stored grant, which the provider named in its redirect."""

from typing import Any

import pytest

from oauth_connector.connector.effective import find_grant_token_url
from tests.support.builders import a_connector, a_password_spec
from tests.support.consenting import CODE_SPEC

ZOHO = {**CODE_SPEC, "provider": {"preset": "Zoho"}}
EU = "https://accounts.zoho.eu/oauth/v2/token"


@pytest.mark.parametrize(
    ("spec", "stored", "expected"),
    [
        (ZOHO, EU, EU),
        (ZOHO, "https://accounts.zoho.eu/oauth/v1/token", EU),
        (ZOHO, "https://accounts.zoho.eu/steal?code=1#here", EU),
        (ZOHO, "https://accounts.zoho.com/oauth/v2/token", None),
        (ZOHO, "https://accounts.zoho.eu.evil.example/oauth/v2/token", None),
        (ZOHO, "https://accounts.zoho.eu:8443/oauth/v2/token", None),
        (ZOHO, "http://accounts.zoho.eu/oauth/v2/token", None),
        (ZOHO, "https://evil.example/steal", None),
        (ZOHO, "https://[::1", None),
        (ZOHO, "no URL", None),
        (ZOHO, "", None),
        (ZOHO, None, None),
        ({**ZOHO, "provider": {"preset": "Zoho", "tokenURL": "https://accounts.zoho.com/oauth/v2/token"}}, EU, None),
        ({**ZOHO, "provider": {"preset": "Zoho", "issuer": "https://accounts.zoho.com"}}, EU, None),
        ({**ZOHO, "provider": {"preset": "GitHub"}}, "https://evil.example/steal", None),
        (CODE_SPEC, "https://evil.example/steal", None),
        (a_password_spec(), "https://evil.example/steal", None),
    ],
)
def test_only_another_host_of_the_preset_is_kept(
    spec: dict[str, Any], stored: str | None, expected: str | None
) -> None:
    """All else of the endpoint is that of the present spec, and a host that a redirect could not name is ignored."""
    assert find_grant_token_url(a_connector(spec).spec, stored) == expected
