"""What a process says about a setting that it cannot use: the field, the cure, and the value."""

from collections.abc import Callable, Mapping

import pytest

from oauth_connector.settings import consent_server, operator
from oauth_connector.settings.sources import PREFIX, InvalidSettings

URL = {"public_url": "https://connect.example.com"}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove variables that the environment of the test run may contain."""
    for kind in (operator.Settings, consent_server.ConsentSettings):
        for name in kind.model_fields:
            monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


def error_of(load: Callable[[Mapping[str, object]], object], arguments: Mapping[str, object]) -> str:
    """Return the error of arguments, without the name of the variable."""
    with pytest.raises(InvalidSettings) as refused:
        load(arguments)
    setting, _, rest = str(refused.value).partition(" (")
    return f"{setting}:{rest.partition('):')[2]}"


PROXIES = "setting trustedProxies"
ENTRY = "setting allowedDestinations[0]"
HOST_CURE = (
    "write a name without scheme, port and path, such as login.corp.example or *.corp.example; ports belong to `ports`,"
    " networks and IPv6 addresses to `cidr`"
)
OF_OPERATOR: list[tuple[dict[str, object], str]] = [
    ({"workers": "many"}, "setting workers: must be a whole number, not 'many'"),
    ({"workers": 1.5}, "setting workers: must be a whole number, not 1.5"),
    ({"workers": 0}, "setting workers: must be greater than or equal to 1, not 0"),
    ({"token_request_seconds": "long"}, "setting tokenRequestSeconds: must be a number, not 'long'"),
    ({"confirm_consents": "perhaps"}, "setting confirmConsents: must be true or false, not 'perhaps'"),
    ({"log_level": "loud"}, "setting logLevel: must be 'debug', 'info', 'warning' or 'error', not 'loud'"),
    ({"lease_name": "A"}, "setting leaseName: must match pattern '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$', not 'A'"),
    ({"kubeconfig": "/etc"}, "setting kubeconfig: must be the path of a file that exists, not '/etc'"),
    ({"selector": 5}, "setting selector: must be a valid string, not 5"),
    ({"http_port": 70000}, "setting httpPort: must be less than or equal to 65535, not 70000"),
    (
        {"allowed_destinations": [{"cidr": "10.0.0.5/8"}]},
        f"{ENTRY}.cidr: '10.0.0.5/8' is not a network: write 10.0.0.0/8, or 10.0.0.5/32 for this address alone",
    ),
    (
        {"allowed_destinations": [{"cidr": "10.0.0.0/99"}]},
        f"{ENTRY}.cidr: must be a network in CIDR notation, such as 10.0.0.0/8 or fd00::/8, not '10.0.0.0/99'",
    ),
    ({"allowed_destinations": [{"host": "a:1"}]}, f"{ENTRY}.host: 'a:1' is not a host: {HOST_CURE}"),
    ({"allowed_destinations": [{"ports": [443]}]}, f"{ENTRY}: set exactly one of host and cidr"),
    ({"allowed_destinations": [{"host": "a", "port": 1}]}, f"{ENTRY}.port: there is no such key"),
    ({"allowed_destinations": ["a"]}, f"{ENTRY}: must contain keys and values, not 'a'"),
    (
        {"allowed_destinations": [{"host": "a", "ports": []}]},
        f"{ENTRY}.ports: needs at least one entry; leave it out for the default",
    ),
]
OF_CONSENT_SERVER: list[tuple[dict[str, object], str]] = [
    ({}, "setting publicURL: is required"),
    (
        {**URL, "client_address_header": "X-Forwarded-For"},
        f"{PROXIES}: clientAddressHeader needs the networks of the proxies that send it, such as [10.0.0.0/8]",
    ),
    (
        {**URL, "trusted_proxies": ["10.0.0.0/8"]},
        f"{PROXIES}: needs clientAddressHeader, such as X-Forwarded-For",
    ),
    (
        {**URL, "client_address_header": "X-Forwarded-For", "trusted_proxies": ["10.0.0.1/8"]},
        f"{PROXIES}[0]: '10.0.0.1/8' is not a network: write 10.0.0.0/8, or 10.0.0.1/32 for this address alone",
    ),
    (
        {**URL, "client_address_header": "X Forwarded", "trusted_proxies": ["10.0.0.0/8"]},
        "setting clientAddressHeader: must be the name of a header, such as X-Forwarded-For, not 'X Forwarded'",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), OF_OPERATOR, ids=[message for _, message in OF_OPERATOR])
def test_the_operator_says_what_to_write(arguments: dict[str, object], message: str) -> None:
    """The value follows a sentence on what it must be; other sentences contain it themselves or do not need it."""
    assert error_of(operator.load, arguments) == message


@pytest.mark.parametrize(("arguments", "message"), OF_CONSENT_SERVER, ids=[message for _, message in OF_CONSENT_SERVER])
def test_the_consent_server_says_what_to_write(arguments: dict[str, object], message: str) -> None:
    """Its settings are read in the same way."""
    assert error_of(consent_server.load, arguments).split("; setting")[0] == message
