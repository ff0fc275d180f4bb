"""Files with a login, read back by the programs that they are for."""

import base64
import json
import netrc
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from oauth_connector.connector.secret.logins import HostLogin, docker_config_json, git_credentials
from oauth_connector.connector.secret.logins import netrc as write_netrc
from oauth_connector.connector.secret.rendering import render
from tests.support.builders import a_connector, a_spec, a_token

VISIBLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=100)
"""What a token may contain: RFC 6749 appendix A.12, without the space, which no header can have (RFC 6750 §2.1)."""

USERS = {
    "oauth2accesstoken": "https://cloud.google.com/artifact-registry/docs/docker/authentication",
    "x-access-token": "https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/"
    "authenticating-as-a-github-app-installation",
    "oauth2": "https://docs.gitlab.com/ee/api/oauth2.html#access-git-over-https-with-access-token",
    "x-token-auth": "https://developer.atlassian.com/cloud/bitbucket/oauth-2/",
    "00000000-0000-0000-0000-000000000000": "https://azure.github.io/acr/AAD-OAuth.html",
    "$oauthtoken": "https://docs.quay.io/glossary/access-token.html",
}
"""User names that providers expect beside a token, and the page that says so."""

TOKENS = {
    "a JWT": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl-_",
    "the alphabet of RFC 6750 §2.1": "aZ09-._~+/==",
    "the delimiters of RFC 3986 §2.2": ":/?#[]@!$&'()*+,;=%20",
    "a double quote": 'a"b',
    "a double quote at the beginning": '"ab"',
    "a backslash": "a\\b\\",
    "both": '\\"',
    "a number sign at the beginning, which begins a comment": "#ab",
    "a word of the netrc file": "machine",
    "a variable and a command": "$HOME`x`",
}


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
@pytest.mark.parametrize("user", USERS)
def test_git_reads_the_credentials(tmp_path: Path, user: str, token: str) -> None:
    """`git credential fill` returns user name and token unchanged, for a host with and without a port."""
    hosts = ("gitlab.example.com:8443", "gitlab.com")
    for host in hosts:
        assert ask_git(tmp_path, HostLogin(hosts, user, SecretStr(token)), host) == (user, token)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(token=VISIBLE)
def test_git_reads_every_token(tmp_path: Path, token: str) -> None:
    """No visible character of a token is lost or has a meaning of its own."""
    assert ask_git(tmp_path, HostLogin(("github.com",), "oauth2", SecretStr(token)), "github.com") == ("oauth2", token)


def ask_git(folder: Path, login: HostLogin, host: str) -> tuple[str, str]:
    """Return the user name and the password that git finds for a host."""
    file = folder / "git-credentials"
    file.write_text(git_credentials(login).get_secret_value())
    helper = f"credential.helper=store --file={file}"
    command = ["git", "-c", "credential.helper=", "-c", helper, "credential", "fill"]
    wanted = f"protocol=https\nhost={host}\npath=shop/orders.git\n\n"
    quiet = {"GIT_TERMINAL_PROMPT": "0", "HOME": str(folder), "PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1"}
    out = subprocess.run(command, input=wanted, capture_output=True, text=True, check=True, env=quiet)  # noqa: S603  # our own text
    found = dict(line.split("=", 1) for line in out.stdout.splitlines())
    return found["username"], found["password"]


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
@pytest.mark.parametrize("user", USERS)
def test_python_reads_the_netrc_file(tmp_path: Path, user: str, token: str) -> None:
    """The module netrc, which pip and requests use, returns user name and token unchanged for each host."""
    assert ask_python(tmp_path, user, token) == (user, "", token)


@given(token=VISIBLE)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_python_reads_every_token_of_a_netrc_file(tmp_path: Path, token: str) -> None:
    """No visible character of a token is lost or has a meaning of its own."""
    assert ask_python(tmp_path, "oauth2", token) == ("oauth2", "", token)


def ask_python(folder: Path, user: str, token: str) -> tuple[str, str, str] | None:
    """Return what Python finds for the second of two hosts."""
    file = folder / "netrc"
    file.write_text(write_netrc(HostLogin(("a.example", "b.example"), user, SecretStr(token))).get_secret_value())
    return netrc.netrc(str(file)).authenticators("b.example")


def test_a_netrc_line_of_a_usual_token_has_no_quotes() -> None:
    """Programs that split a line at its spaces, such as Go and Bazel, read it too."""
    login = HostLogin(("proxy.example.com",), "oauth2", SecretStr("aZ09-._~+/=="))
    assert write_netrc(login).get_secret_value() == "machine proxy.example.com login oauth2 password aZ09-._~+/==\n"


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
@pytest.mark.parametrize("user", USERS)
def test_a_docker_configuration_has_an_entry_for_each_registry(user: str, token: str) -> None:
    """Each has user name and password, and both once more as the header of Basic authentication has them."""
    login = HostLogin(("europe-docker.pkg.dev", "registry.example.com:5000/shop"), user, SecretStr(token))
    entries = json.loads(docker_config_json(login).get_secret_value())["auths"]
    assert list(entries) == ["europe-docker.pkg.dev", "registry.example.com:5000/shop"]
    for entry in entries.values():
        assert base64.b64decode(entry["auth"]).decode().split(":", 1) == [user, token]
        assert (entry["username"], entry["password"]) == (user, token)


def test_the_entry_of_docker_hub_has_the_name_that_its_clients_look_for() -> None:
    """`docker.io` is written as the address of its index, as `docker login` does."""
    written = docker_config_json(HostLogin(("docker.io",), "ann", SecretStr("t"))).get_secret_value()
    assert list(json.loads(written)["auths"]) == ["https://index.docker.io/v1/"]


def a_format(kind: str, **more: Any) -> dict[str, Any]:
    """Return a spec whose output has one format with a login."""
    login = {"hosts": ["git.example.com"], "username": "oauth2"}
    return a_spec(output={"formats": [{"type": kind, "key": "file", **login, **more}]})


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("DockerConfigJSON", '"password":"an-access-token"'),
        ("Netrc", "password an-access-token\n"),
        ("GitCredentials", "https://oauth2:an-access-token@git.example.com\n"),
    ],
)
def test_a_secret_has_the_file_beside_the_default_keys(kind: str, part: str) -> None:
    """The password is the bare token, whatever `headerPrefix` is; the default keys stay."""
    connector = a_connector({**a_format(kind), "headerPrefix": "Zoho-oauthtoken"})
    data = render(a_token(connector), connector).data
    assert part in data["file"].get_secret_value()
    assert data["access_token"].get_secret_value() == "an-access-token"


@pytest.mark.parametrize("change", [{"hosts": ["other.example.com"]}, {"username": "x-access-token"}])
def test_another_host_or_user_is_another_secret(change: dict[str, Any]) -> None:
    """The digest of the output changes, so the Secret is written again from the same token."""
    digests = [a_connector(spec).spec.output_digest for spec in (a_format("Netrc"), a_format("Netrc", **change))]
    assert digests[0] != digests[1]
