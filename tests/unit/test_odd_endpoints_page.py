"""The page about token endpoints that are not by the book: its manifests are valid, and mean what it says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from oauth_connector.api.v1alpha1.parsing import parse_spec
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.oauth.token_response import parse_token_response
from tests.support.builders import a_spec
from tests.support.yaml_documents import read_yaml

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "odd-endpoints.md").read_text(encoding="utf-8")
MEMBERS: list[dict[str, Any]] = [read_yaml(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: ",".join(str(name) for name in member["provider"]))
def test_a_manifest_of_the_page_is_accepted(member: dict[str, Any]) -> None:
    """Each excerpt is a valid member of a spec."""
    assert isinstance(parse_spec(a_spec(**member)), OAuthConnectorSpec)


def test_the_response_of_the_page_is_read_as_it_says() -> None:
    """The excerpt below the response finds its token and its expiration time."""
    (text,) = re.findall(r"Suppose that the response is `(.*?)`", PAGE)
    (member,) = (each for each in MEMBERS if "response" in each["provider"])
    spec = parse_spec(a_spec(**member))
    assert isinstance(spec, OAuthConnectorSpec)
    body = json.dumps(json.loads(text.replace("…", "t-1"))).encode()
    token = parse_token_response(HTTPResponse(200, {}, body), spec.provider.quirks, 1_769_857_200.0)
    assert isinstance(token, Token), token
    assert (token.access_token.get_secret_value(), token.lifetime) == ("t-1", 3600)
