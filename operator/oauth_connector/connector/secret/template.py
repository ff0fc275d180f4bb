"""Filling the texts of `output.template` with the values of a token."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.output_template import TemplateEscape, TemplateTag, read_tags

_BEYOND_ASCII = re.compile("[\x7f-\uffff]")


def _write_json(value: str) -> str:
    """Write a JSON string that YAML reads in the same way: it knows no pairs of surrogates (RFC 8259 §7)."""
    text = json.dumps(value, ensure_ascii=False)
    return _BEYOND_ASCII.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


_ESCAPES: Mapping[TemplateEscape, Callable[[str], str]] = {
    TemplateEscape.JSON: _write_json,
    TemplateEscape.BASE64: lambda value: base64.b64encode(value.encode()).decode(),
    TemplateEscape.URL: lambda value: quote(value, safe=""),
}


def fill_template(text: str, values: Mapping[str, SecretStr], largest: int) -> SecretStr:
    """Set values in the tags of a valid template; the result ends early where it has more than `largest` characters.

    `values` are by the names of tags. A value that is absent is empty, or `null` with the escape `json`.
    """
    written: list[str] = []
    size = 0
    for part in read_tags(text):
        written.append(part if isinstance(part, str) else _write(part, values.get(part.name)))
        size += len(written[-1])
        if size > largest:
            break
    return SecretStr("".join(written))


def _write(tag: TemplateTag, value: SecretStr | None) -> str:
    if value is None:
        return "null" if tag.escape is TemplateEscape.JSON else ""
    text = value.get_secret_value()
    return _ESCAPES[tag.escape](text) if tag.escape is not None else text
