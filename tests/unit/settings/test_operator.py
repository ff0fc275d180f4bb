"""The sources of settings, their precedence, and the errors of invalid settings."""

from pathlib import Path

import pytest

from oauth_connector.settings.operator import PREFIX, InvalidSettings, Settings, load
from oauth_connector.telemetry.logging import LogFormat


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove variables that the environment of the test run may contain."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


def write(folder: Path, text: str) -> Path:
    """Write a settings file."""
    path = folder / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def error_of(folder: Path, text: str) -> str:
    """Return the error of a settings file."""
    with pytest.raises(InvalidSettings) as raised:
        load({"config": write(folder, text)})
    return str(raised.value).replace(f"{folder}/", "")


def test_without_any_source_the_defaults_apply() -> None:
    """An operator without settings runs, reaches no private address, and chooses the format of its logs."""
    settings = load({})
    assert settings.allowed_destinations == ()
    assert settings.require_allowed_hosts is False
    assert (settings.log_level, settings.log_format, settings.http_port) == ("info", LogFormat.AUTO, 8080)


@pytest.mark.parametrize(
    "text", ["argocd.argoproj.io/secret-type", "argocd.argoproj.io/secret-type=repository", "reconcile.fluxcd.io/watch"]
)
def test_labels_of_controllers_can_be_allowed(tmp_path: Path, text: str) -> None:
    """An entry is a key, or a key and a value; by default there is none."""
    assert load({}).allowed_output_labels == ()
    assert load({"config": write(tmp_path, f"allowedOutputLabels: [{text}]")}).allowed_output_labels == (text,)


@pytest.mark.parametrize(
    "text", ["app.kubernetes.io/instance", "x.k8s.io/a", "oauthconnector.dev/managed", "example.com/a", "a", "a/b/c"]
)
def test_other_labels_cannot_be_allowed(tmp_path: Path, text: str) -> None:
    """Those of Kubernetes and of the operator never, and all others need no setting."""
    assert "must be a label of a controller" in error_of(tmp_path, f"allowedOutputLabels: [{text}]")


def test_a_file_is_read_in_camel_case(tmp_path: Path) -> None:
    """The keys of a ConfigMap look like those of other manifests."""
    path = write(tmp_path, "httpPort: 9090\nmetricsPerObject: false\nlogFormat: json\n")
    settings = load({"config": path})
    assert (settings.http_port, settings.metrics_per_object, settings.log_format) == (9090, False, LogFormat.JSON)


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An option that is absent on the command line does not count."""
    monkeypatch.setenv("OAUTH_CONNECTOR_CONFIG", str(write(tmp_path, "workers: 1\nhttpPort: 1\nlogLevel: error\n")))
    monkeypatch.setenv("OAUTH_CONNECTOR_HTTP_PORT", "2")
    monkeypatch.setenv("OAUTH_CONNECTOR_WORKERS", "2")
    settings = load({"workers": 3, "http_port": None})
    assert (settings.workers, settings.http_port, settings.log_level) == (3, 2, "error")


def test_destinations_come_from_a_file(tmp_path: Path) -> None:
    """A destination is a host or a network, with ports, with or without TLS."""
    text = """
allowedDestinations:
  - {host: idp.internal, ports: [8443]}
  - {cidr: 10.1.0.0/16, http: true}
"""
    first, second = load({"config": write(tmp_path, text)}).allowed_destinations
    assert (first.host, list(first.ports), first.http) == ("idp.internal", [8443], False)
    assert (str(second.cidr), second.http) == ("10.1.0.0/16", True)


def test_destinations_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list in a variable has the format of the file."""
    monkeypatch.setenv("OAUTH_CONNECTOR_ALLOWED_DESTINATIONS", '[{"cidr": "127.0.0.0/8", "http": true}]')
    [destination] = load({}).allowed_destinations
    assert str(destination.cidr) == "127.0.0.0/8"


def test_variables_of_a_service_of_the_same_name_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kubernetes sets such variables in every Pod of the namespace."""
    monkeypatch.setenv("OAUTH_CONNECTOR_PORT", "tcp://10.0.0.1:8080")
    monkeypatch.setenv("OAUTH_CONNECTOR_SERVICE_HOST", "10.0.0.1")
    assert load({}).http_port == 8080


def test_an_empty_variable_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable of a template means the default."""
    monkeypatch.setenv("OAUTH_CONNECTOR_HTTP_PORT", "")
    monkeypatch.setenv("OAUTH_CONNECTOR_CONFIG", "")
    assert load({}).http_port == 8080


def test_an_empty_file_contains_no_settings(tmp_path: Path) -> None:
    """A ConfigMap with comments only is valid."""
    assert load({"config": write(tmp_path, "# nothing\n")}).workers == load({}).workers


REFUSED = {
    "a key that is nearly right": (
        "allowedDestination: []",
        "settings file settings.yaml: unknown key 'allowedDestination'; did you mean 'allowedDestinations'?",
    ),
    "a key in the environment's spelling": (
        "http_port: 1",
        "settings file settings.yaml: unknown key 'http_port'; did you mean 'httpPort'?",
    ),
    "a number out of range": (
        "httpPort: 70000",
        "setting httpPort (OAUTH_CONNECTOR_HTTP_PORT): must be less than or equal to 65535, not 70000",
    ),
    "a word that is no choice": (
        "logFormat: xml",
        "setting logFormat (OAUTH_CONNECTOR_LOG_FORMAT): must be 'auto', 'json' or 'console', not 'xml'",
    ),
    "one value where a list is due": (
        "allowedDestinations: idp.internal",
        "setting allowedDestinations (OAUTH_CONNECTOR_ALLOWED_DESTINATIONS): must be a list, not 'idp.internal'",
    ),
    "a file that is not there": (
        "trustBundle: /no/ca.pem",
        "setting trustBundle (OAUTH_CONNECTOR_TRUST_BUNDLE): must be the path of a file that exists, not '/no/ca.pem'",
    ),
    "a list": ("- a\n- b\n", "settings file settings.yaml must contain keys and values, such as `logLevel: info`"),
    "no YAML": ("a: [\n", "settings file settings.yaml is not YAML (line 2, column 1)"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_an_invalid_file_is_an_error_of_one_line(tmp_path: Path, text: str, message: str) -> None:
    """The line names the setting, as in the file and the environment, and what to write instead."""
    assert error_of(tmp_path, text) == message


def test_an_unknown_key_unlike_any_other_is_an_error_with_all_known_keys(tmp_path: Path) -> None:
    """The message lists the known keys."""
    message = error_of(tmp_path, "quux: 1")
    assert message.startswith("settings file settings.yaml: unknown key 'quux'; known keys are kubeconfig, ")
    assert message.endswith("metricsPerObject")


def test_an_unknown_key_of_a_destination_is_an_error_with_its_position(tmp_path: Path) -> None:
    """A misspelt key in the list does not change what is allowed unnoticed."""
    message = error_of(tmp_path, "allowedDestinations: [{host: a.example.com}, {host: b.example.com, port: 1}]")
    assert message.startswith("setting allowedDestinations[1].port (")
    assert "\n" not in message


def test_a_variable_that_is_no_yaml_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable."""
    monkeypatch.setenv("OAUTH_CONNECTOR_ALLOWED_DESTINATIONS", "[{")
    with pytest.raises(
        InvalidSettings, match=r"^setting allowedDestinations \(OAUTH_CONNECTOR_ALLOWED_DESTINATIONS\): "
    ):
        load({})


def test_a_missing_settings_file_is_an_error() -> None:
    """With a wrong --config, the operator does not start without settings."""
    with pytest.raises(InvalidSettings, match=r"^settings file /nowhere/settings.yaml cannot be read: No such file"):
        load({"config": "/nowhere/settings.yaml"})


def test_an_unknown_argument_is_an_error() -> None:
    """A mistake in the code is found at the first start."""
    with pytest.raises(InvalidSettings, match="bogus"):
        load({"bogus": 1})


def test_settings_do_not_change_while_the_operator_runs() -> None:
    """They are an immutable value."""
    with pytest.raises(ValueError, match="frozen"):
        load({}).workers = 2  # type: ignore[misc]  # that it is refused is the point
