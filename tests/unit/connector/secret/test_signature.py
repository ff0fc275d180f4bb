"""The signature of the operator's Secrets."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from oauth_connector.connector.grant.state import GrantState, render_state
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.secret.rendering import RenderedSecret, render
from oauth_connector.connector.secret.signature import SecretSigner, is_kept_for, is_restored
from tests.support.builders import NOW, a_connector, a_spec, a_token, metadata_of

SIGNER = SecretSigner(bytes(32))
SECRET_UID = "5ec5ec5e-0000-4000-8000-000000000001"
CONNECTOR = a_connector(a_spec(output={"formats": [{"type": "JSON", "key": "all.json"}]}))
OUTPUT = render(a_token(CONNECTOR), CONNECTOR)
STATE = render_state(GrantState(refresh_token=SecretStr("refresh-1"), token=a_token(CONNECTOR)), CONNECTOR)


def keep(rendered: RenderedSecret, uid: str = SECRET_UID) -> tuple[SecretMetadata, dict[str, bytes]]:
    """Sign and store a Secret."""
    signed = SIGNER.sign(rendered, CONNECTOR, uid)
    data = {key: value.get_secret_value().encode() for key, value in signed.data.items()}
    return metadata_of(signed, CONNECTOR), data


@pytest.mark.parametrize("uid", ["", SECRET_UID], ids=["created", "updated"])
@pytest.mark.parametrize("rendered", [OUTPUT, STATE], ids=["output", "state"])
def test_what_the_operator_wrote_is_recognized(rendered: RenderedSecret, uid: str) -> None:
    """Keys that other clients add do not matter."""
    metadata, data = keep(rendered, uid)
    assert SIGNER.has_signed(metadata, data)
    assert SIGNER.has_signed(metadata, {**data, "another": b"key"})
    assert not SecretSigner(b"another key").has_signed(metadata, data)


@pytest.mark.parametrize("rendered", [OUTPUT, STATE], ids=["output", "state"])
def test_every_changed_value_invalidates_the_signature(rendered: RenderedSecret) -> None:
    """Each key that the operator wrote is covered: changed, removed, or with the value of another."""
    metadata, data = keep(rendered)
    for key in data:
        assert not SIGNER.has_signed(metadata, {**data, key: data[key] + b"x"})
        assert not SIGNER.has_signed(metadata, {name: value for name, value in data.items() if name != key})


@pytest.mark.parametrize(
    "changes",
    [
        {"namespace": "elsewhere"},
        {"name": "another-token"},
        {"connector": "another"},
        {"connector_uid": "another"},
        {"token_digest": "v1:another"},
        {"issued_at": NOW + 1},
        {"expires_at": NOW + 10**6},
        {"expires_at": None},
        {"signature": None},
        {"signature": ""},
        {"signature": "v1"},
        {"signature": "v1:::"},
        {"signature": "v2:é:é:é:é"},
    ],
    ids=str,
)
@pytest.mark.parametrize("rendered", [OUTPUT, STATE], ids=["output", "state"])
def test_every_changed_annotation_invalidates_the_signature(rendered: RenderedSecret, changes: dict[str, Any]) -> None:
    """A signature is valid in its place only, and no text in its place raises anything."""
    metadata, data = keep(rendered)
    assert not SIGNER.has_signed(replace(metadata, **changes), data)


def test_the_uid_in_the_signature_is_covered() -> None:
    """No client can make a Secret look restored that is not."""
    metadata, data = keep(STATE)
    assert metadata.signature is not None
    forged = replace(metadata, signature=metadata.signature.replace(SECRET_UID, "former-uid"))
    assert is_restored(forged)
    assert not SIGNER.has_signed(forged, data)


def test_a_retained_secret_is_kept_for_its_output_secret() -> None:
    """The name is covered, and a Secret that is not retained is kept for none."""
    retaining = a_connector(a_spec(output={"deletionPolicy": "Retain"}))
    signed = metadata_of(SIGNER.sign(STATE, retaining), retaining)
    assert is_kept_for(signed, "crm-token")
    assert not is_kept_for(signed, "another")
    assert not is_kept_for(keep(STATE)[0], "crm-token")


def test_a_copy_under_another_uid_is_restored() -> None:
    """The original, and one that was signed before it had a UID, are not."""
    metadata, data = keep(STATE)
    restored = replace(metadata, uid="another")
    assert SIGNER.has_signed(restored, data)
    assert is_restored(restored)
    assert not is_restored(metadata)
    assert not is_restored(keep(STATE, "")[0])
