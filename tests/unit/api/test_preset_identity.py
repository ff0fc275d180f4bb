"""Digests of a preset: another URL of its next release changes neither the token nor the binding of a grant."""

from dataclasses import replace
from typing import Any

import pytest

from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.provider import ProviderSpec
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.providers.preset import Preset
from oauth_connector.providers.registry import PRESETS
from tests.support.builders import a_spec
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
