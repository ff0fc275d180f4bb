"""Write the pages on settings, of the operator and of the consent server, from their models."""

import typing
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import UnionType

from pydantic.fields import FieldInfo

from oauth_connector.api.schema.fields import to_camel_case
from oauth_connector.settings.consent_server import ConsentSettings
from oauth_connector.settings.operator import PREFIX, Settings
from oauth_connector.settings.sources import Configuration

PATH = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
CONSENT_PATH = PATH.with_name("consent-settings.md")

HEAD = """\
# Settings of the operator

A setting can be given in three places. The first that contains it wins:

1. on the command line, where `oauth-connector run` has an option for it,
2. in the environment, in capitals after `OAUTH_CONNECTOR_`,
3. in a YAML file that `--config` or `OAUTH_CONNECTOR_CONFIG` names, usually a mounted ConfigMap.

With an unknown key in the file or an invalid value, the operator prints one line and does not start.

The operator compares the file with its settings every ten seconds. Changes of `allowedDestinations`, of
`requireAllowedHosts`, of `allowedOutputLabels` and of the content of the trust bundle apply at once, and connectors
that the operator has refused for one of these settings are tried again. For other settings the log names what needs a
restart, and for invalid content what is wrong; then the previous settings stay. A kubelet shows a changed ConfigMap up
to 90 s late.

```yaml
allowedDestinations:            # by default only public addresses, and only over TLS
  - {host: idp.corp.example, ports: [443]}
  - {cidr: 10.20.0.0/16, ports: [8443]}
trustBundle: /etc/ssl/corp/ca.pem
requireAllowedHosts: true
```

An entry of `allowedDestinations` names either a `host`, which is allowed with any address, or a `cidr`, with which the
resolved address is compared. `*.corp.example` allows all names below `corp.example`, and not that name itself.

- `ports` are the only ports that the entry allows. Without them: 443 and 8443, the ports on which a public address is
  always allowed over TLS.
- `http: true` also allows URLs that begin with http://. Credentials and tokens then are not encrypted: set it
  only for a server that is reached without leaving the cluster. Its port must be among `ports`, for example
  `{host: idp.auth.svc, ports: [8080], http: true}`.

If the namespace has a Service named `oauth-connector`, Kubernetes sets variables with the same prefix in Pods. Set
`enableServiceLinks: false` there. Variables that are no settings are ignored.
"""


CONSENT_HEAD = """\
# Settings of the consent server

The sources are those of the [settings of the operator](settings.md): the command line, where `oauth-connector consent`
has an option for a setting (`--config`, `--public-url`, `--kubeconfig`), the environment, in capitals after
`OAUTH_CONNECTOR_`, and the YAML file that `--config` or `OAUTH_CONNECTOR_CONFIG` names. The first that contains a
setting wins. Each process reads its own settings: a setting of the operator with the same name is a different one.

The consent server compares the file with its settings every ten seconds. None of them can change while it runs: the log
names those that need a restart.
"""


def page() -> str:
    """Return the page of the operator as Markdown."""
    return "\n".join([HEAD, *_sections(Settings), ""])


def consent_page() -> str:
    """Return the page of the consent server as Markdown."""
    return "\n".join([CONSENT_HEAD, *_sections(ConsentSettings), ""])


def _sections(of: type[Configuration]) -> Iterator[str]:
    yield "## All settings\n"
    yield "| in the file | in the environment | value | default |"
    yield "|---|---|---|---|"
    for name, field in of.model_fields.items():
        key = "" if name == "config" else f"`{to_camel_case(name)}`"
        yield f"| {key} | `{PREFIX}{name.upper()}` | {_kind(field)} | {_default(field)} |"
    for name, field in of.model_fields.items():
        yield f"\n**{to_camel_case(name)}**: {field.description}"


def _kind(field: FieldInfo) -> str:
    limits = ", ".join(_limits(field))
    return f"{_name(field.annotation)} ({limits})" if limits else _name(field.annotation)


def _limits(field: FieldInfo) -> Iterator[str]:
    for bound in field.metadata:
        for name, sign in (("ge", "≥"), ("gt", ">"), ("le", "≤")):
            if hasattr(bound, name):
                yield f"{sign} {getattr(bound, name)}"


def _name(annotation: object) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return ", ".join(f"`{choice}`" for choice in arguments)
    if origin in (UnionType, typing.Union):
        return _name(next(argument for argument in arguments if argument is not type(None)))
    if origin is typing.Annotated:
        return _name(arguments[0])
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return ", ".join(f"`{choice}`" for choice in annotation)
    return _WORDS.get(annotation, "list")


_WORDS: dict[object, str] = {bool: "true or false", int: "number", float: "seconds", str: "text", Path: "path"}


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value: object = field.default
    if value is None or value == ():
        return ""
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"
