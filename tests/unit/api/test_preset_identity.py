"""Digests of a preset: another URL of its next release changes neither the token nor the binding of a grant."""

from dataclasses import replace
from typing import Any

import pytest

from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.provider import ProviderSpec
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.providers.preset import Preset
from oauth_connector.providers.registry import PRESETS
from tests.support.builders import a_connector, a_spec
from tests.support.presets import build_example_parameters


class ProviderOfAnotherRelease(ProviderSpec):
    """A provider whose presets have other endpoints than those of this release."""

    @property
    def known(self) -> Preset | None:
        """Return the preset with its endpoints at another host."""
        preset = super().known
        moved = {"token_url": "https://moved.example.com/token", "issuer": None, "callback": None}
        return replace(preset, **moved) if preset is not None else None  # type: ignore[arg-type]  # names of fields


class SpecOfAnotherRelease(OAuthConnectorSpec):
    """A spec as another release reads it."""

    provider: ProviderOfAnotherRelease


def read(kind: type[OAuthConnectorSpec], **provider: Any) -> OAuthConnectorSpec:
    """Read a client credentials spec with a provider."""
    return kind.model_validate(a_spec(provider=provider), by_alias=True, by_name=False)


@pytest.mark.parametrize("name", PRESETS)
def test_another_url_of_a_preset_changes_neither_token_nor_binding(name: str) -> None:
    """An upgrade and a rollback keep tokens and grants; a failed request is known to be another one."""
    provider = {"preset": name, "parameters": build_example_parameters(PRESETS[name])}
    now, other = read(OAuthConnectorSpec, **provider), read(SpecOfAnotherRelease, **provider)
    assert now.provider.effective_token_url != other.provider.effective_token_url
    assert now.token_digest == other.token_digest
    assert now.request_digest != other.request_digest
    bindings = [digests.digest_binding(spec, "robot") for spec in (now, other)]
    assert digests.is_same_binding(*bindings)
    assert not digests.is_same_binding(bindings[0], digests.digest_binding(now, "another"))


def test_the_url_of_a_preset_in_the_spec_keeps_the_binding() -> None:
    """A user may name the endpoint of the preset instead of the preset; another server is another binding."""
    preset = digests.digest_binding(read(OAuthConnectorSpec, preset="GitHub"), "robot")
    same, other = (
        digests.digest_binding(read(OAuthConnectorSpec, tokenURL=f"https://{host}/login/oauth/access_token"), "robot")
        for host in ("github.com", "github.example.com")
    )
    assert digests.is_same_binding(preset, same)
    assert not digests.is_same_binding(preset, other)


def test_other_parameters_are_another_token() -> None:
    """Parameters of the preset choose the server, and a default counts like the same value in the spec."""
    default, same, other = (
        read(OAuthConnectorSpec, preset="GitHub", **({"parameters": given} if given else {}))
        for given in ({}, {"server": "github.com"}, {"server": "github.example.com"})
    )
    assert default.token_digest == same.token_digest != other.token_digest
    bindings = [digests.digest_binding(spec, "robot") for spec in (default, same, other)]
    assert digests.is_same_binding(bindings[0], bindings[1])
    assert not digests.is_same_binding(bindings[0], bindings[2])


def test_a_binding_of_an_earlier_state_is_still_the_same() -> None:
    """A state that was stored before presets had a digest of their own names the server only."""
    spec = read(OAuthConnectorSpec, preset="GitHub")
    earlier = digests.digest_binding(spec, "robot").split()[0]
    assert digests.is_same_binding(earlier, digests.digest_binding(spec, "robot"))
    assert not digests.is_same_binding("", digests.digest_binding(spec, "robot"))


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        ("https://sso.example.com/tenant-a/token", "https://sso.example.com/tenant-a/token", True),
        ("https://sso.example.com/tenant-a/token", "https://sso.example.com/attackers-tenant/token", False),
        ("https://sso.example.com/token?tenant=a", "https://sso.example.com/token?tenant=b", False),
        ("https://sso.example.com/token", "https://sso.example.com:8443/token", False),
        ("https://sso.example.com/token", "https://other.example.com/token", False),
    ],
)
def test_a_grant_is_bound_to_the_whole_token_url(before: str, after: str, is_same: bool) -> None:  # noqa: FBT001  # expected
    """On a host with many tenants the path is the server; a state of an earlier release is bound to the origin."""
    bindings = [digests.digest_binding(read(OAuthConnectorSpec, tokenURL=url), "robot") for url in (before, after)]
    assert digests.is_same_binding(*bindings) is is_same
    of_origins = [binding.split()[0] for binding in bindings]
    earlier = digests.is_same_binding(of_origins[0], bindings[1])
    assert earlier is (of_origins[0] == of_origins[1])


def test_an_earlier_release_reads_a_binding_after_a_rollback() -> None:
    """It compares all digests as a set, and knows those of its own version."""
    binding = digests.digest_binding(read(OAuthConnectorSpec, tokenURL="https://login.example.com/token"), "robot")
    assert binding.split()[0] == "v1:e6ecf7fe23803f96c698bb8a589441d6"
    assert [digest.split(":")[0] for digest in binding.split()] == ["v1", "v2"]


def test_another_refresh_url_is_another_server() -> None:
    """A user who may edit a connector cannot have its stored refresh token sent to a URL of their choice."""
    provider = {"tokenURL": "https://login.example.com/token"}
    plain, odd, other = (
        a_connector(a_spec(provider={**provider, **request})).spec
        for request in (
            {},
            {"request": {"refreshURL": "https://login.example.com/refresh"}},
            {"request": {"refreshURL": "https://evil.example/refresh"}},
        )
    )
    bindings = [digests.digest_binding(spec, "robot") for spec in (plain, odd, other)]
    pairs = [(one, two) for one in bindings for two in bindings if one is not two]
    assert not any(digests.is_same_binding(*pair) for pair in pairs)
    preset = {"preset": "Slack"}
    known = a_connector(a_spec(provider=preset)).spec
    moved = a_connector(a_spec(provider={**preset, "request": {"refreshURL": "https://evil.example/refresh"}})).spec
    assert not digests.is_same_binding(*(digests.digest_binding(spec, "robot") for spec in (known, moved)))
