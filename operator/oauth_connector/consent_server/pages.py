"""The pages, from templates in which everything is escaped and nothing may be left undefined."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from oauth_connector.consent_protocol.authorization_errors import authorization_error, displayable_code
from oauth_connector.consent_server.failures import FAILURE_TEXTS, About, FailureText, PageFailure

FOLDER = Path(__file__).parent
ASSETS = FOLDER / "assets"
RETRY = "Open the link again that the command printed"
_TICKED = re.compile("`([^`]+)`")


class Pages:
    """Renders them; the templates are read once."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.filters["ticked"] = ticked

    def show(self, template: str, status: int = HTTPStatus.OK, **facts: object) -> web.Response:
        """Give a page."""
        text = self._templates.get_template(f"{template}.html").render(facts)
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")

    def failure(self, failure: PageFailure, about: About) -> web.Response:
        """Give the page of a failure."""
        telling = about.telling or FAILURE_TEXTS[failure]
        facts: Mapping[str, object] = {
            "kind": failure.value,
            "telling": telling,
            "text": about.message or telling.text,
            "connector": about.connector,
            "code": about.code,
        }
        response = self.show("failure", telling.status, **facts)
        if telling.retry:
            response.headers["Retry-After"] = "5"
        return response


def ticked(text: str) -> Markup:
    """Write what stands between back ticks, as in conditions, as code; everything is escaped first."""
    return Markup(_TICKED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  # escaped, and then our own tags


def describe_denial(error: str, about: About) -> About:
    """Return what a page shows for the error code of an authorization response."""
    explanation = authorization_error(error)
    general = FAILURE_TEXTS[PageFailure.DENIED]
    title = general.title if error == "access_denied" else "The provider returned an error"
    own = FailureText(general.status, title, explanation.meaning, explanation.remedy_with(RETRY))
    return About(about.connector, own, code=displayable_code(error), forget=about.forget)
