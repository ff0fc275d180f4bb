"""`spec.output.template`: texts with tags such as `{{ access_token | json }}`, in which values of the token are set.

The language has tags and nothing else: no conditions, no loops, no files, no includes. So a template ends, its size is
bounded, and it reads only the token of its own connector.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from oauth_connector.api.schema.fields import Model, Rule, cel_literal, drop_nulls
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.output_names import OUTPUT_KEY_RULES
from oauth_connector.oauth.secret_names import REFRESH_TOKEN, spell_name


class TemplateEscape(StrEnum):
    """How a value is written; without an escape it is written as it is."""

    JSON = "json"
    BASE64 = "base64"
    URL = "url"


@dataclass(frozen=True, slots=True)
class TemplateTag:
    """A tag: the name of a value, and how it is written."""

    name: str
    escape: TemplateEscape | None = None


LONGEST_TEMPLATE = 4096

MOST_TAGS = 32
"""Tags in a text."""

TAG_NAMES = ("access_token", "token_type", "authorization", "expires_at", "scope")
"""Names of the values that each token has."""

RESPONSE = "response."
"""Prefix of a name that is one of a member of the token response."""

_NAME = rf"({'|'.join(TAG_NAMES)}|response\.[A-Za-z0-9_-]+)"
_ESCAPES = "|".join(TemplateEscape)
_TAG_TEXT = rf"\{{\{{ *{_NAME} *(\| *({_ESCAPES}) *)?\}}\}}"
_TAG = re.compile(rf"\{{\{{ *(?P<name>{_NAME}) *(\| *(?P<escape>{_ESCAPES}) *)?\}}\}}")
_VALID_TEXT = re.compile(rf"([^{{]|\{{[^{{]|{_TAG_TEXT})*\{{?")
_QUOTED = re.compile(r'"\{\{[^{}]*\| *json *\}\}"')
_REFRESH_TOKEN = re.compile(
    rf"\{{\{{ *(response\.)?{spell_name(REFRESH_TOKEN, '[0-9_-]*')}[^A-Za-z0-9_-]"  # as a name of a tag
)
_MANY_TAGS = rf"(\{{\{{(.|\n)*){{{MOST_TAGS + 1}}}"


def _refuse(pattern: re.Pattern[str], message: str) -> Rule[Mapping[str, str]]:
    """Return the rule that no text contains a pattern."""
    cel = f"self.all(k, !self[k].matches({cel_literal(pattern.pattern)}))"
    return Rule(cel, message, lambda texts: not any(pattern.search(text) for text in texts.values()))


_RULES: tuple[Rule[Mapping[str, str]], ...] = (
    Rule("size(self) > 0", "must not be empty: add a key with a text", bool),
    *OUTPUT_KEY_RULES,
    _refuse(
        _REFRESH_TOKEN,
        "must not contain refresh_token, because Pods must not receive refresh tokens, however they are spelled: remove"
        " the tag",
    ),
    Rule(
        f"self.all(k, self[k].matches({cel_literal(f'^({_VALID_TEXT.pattern})$')}))",
        f"must contain '{{{{' only in tags with a name ({', '.join(TAG_NAMES)}, or {RESPONSE}NAME for a member of the"
        " token response) and an escape (json, base64, url) or none, such as {{ access_token }} and {{ scope | json }}",
        lambda texts: all(_VALID_TEXT.fullmatch(text) for text in texts.values()),
    ),
    _refuse(_QUOTED, "must not have quotes around a tag with json, which writes them itself: remove the quotes"),
    Rule(
        f"self.all(k, !self[k].matches({cel_literal(_MANY_TAGS)}))",
        f"must have at most {MOST_TAGS} tags in a text: publish values under keys of their own",
        lambda texts: all(text.count("{{") <= MOST_TAGS for text in texts.values()),
    ),
)

TemplateText = Annotated[str, Field(max_length=LONGEST_TEMPLATE)]

TemplateTexts = Annotated[
    dict[str, TemplateText],
    Field(max_length=8),
    *_RULES,
    BeforeValidator(drop_nulls),
]


class OutputTemplate(Model):
    """Texts with tags, each under its own key."""

    data: Annotated[TemplateTexts, digests.IN_OUTPUT] = Field(
        description="Keys and texts. A tag is `{{ name }}`, or `{{ name | escape }}`. Names: `access_token`,"
        " `token_type`, `authorization`, `expires_at`, `scope`, and `response.NAME` for a member of the token response"
        " that is a string or a number, such as `response.instance_url`. Escapes: `json` (a JSON string with its"
        " quotes, `null` for a value that is not known), `base64`, `url` (percent-encoding). Without an escape a value"
        " is written as it is. A value that is not known is empty."
    )

    @property
    def response_members(self) -> set[str]:
        """Return the names of the members of the token response that the texts contain."""
        parts = [part for text in self.data.values() for part in read_tags(text)]
        names = {part.name for part in parts if isinstance(part, TemplateTag)}
        return {name.removeprefix(RESPONSE) for name in names if name.startswith(RESPONSE)}


def read_tags(text: str) -> Iterator[str | TemplateTag]:
    """Yield the parts of a valid template in order: texts as they are, and tags."""
    end = 0
    for found in _TAG.finditer(text):
        yield text[end : found.start()]
        yield TemplateTag(found["name"], TemplateEscape(found["escape"]) if found["escape"] else None)
        end = found.end()
    yield text[end:]
