"""The pages, rendered from templates with automatic escaping and without undefined variables."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from oauth_connector.consent_protocol.authorization_errors import authorization_error, displayable_code
from oauth_connector.consent_server.failures import FAILURE_TEXTS, FailureDetails, FailureText, PageFailure

FOLDER = Path(__file__).parent
ASSETS = FOLDER / "assets"
RETRY = "Run the command again"
_BACKTICKS = re.compile("`([^`]+)`")


class PageRenderer:
    """Renders the templates, which are read once."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.filters["format_code"] = format_code

    def render(self, template: str, status: int = HTTPStatus.OK, **facts: object) -> web.Response:
        """Return a page."""
        text = self._templates.get_template(f"{template}.html").render(facts)
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")

    def render_failure(self, failure: PageFailure, about: FailureDetails) -> web.Response:
        """Return the page of a failure."""
        explanation = about.explanation or FAILURE_TEXTS[failure]
        facts: Mapping[str, object] = {
            "kind": failure.value,
            "explanation": explanation,
            "text": about.message or explanation.text,
            "connector": about.connector,
            "code": about.code,
        }
        response = self.render("failure", explanation.status, **facts)
        if explanation.retry:
            response.headers["Retry-After"] = "5"
        return response


def format_code(text: str) -> Markup:
    """Return a text whose parts in backticks become `<code>`, as HTML. The text is escaped first."""
    return Markup(_BACKTICKS.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  # escaped before the tags are added


def describe_denial(error: str, about: FailureDetails) -> FailureDetails:
    """Return what a page shows for the error code of an authorization response."""
    explanation = authorization_error(error)
    general = FAILURE_TEXTS[PageFailure.DENIED]
    title = general.title if error == "access_denied" else "The provider returned an error"
    own = FailureText(general.status, title, explanation.meaning, explanation.remedy_with(RETRY))
    return FailureDetails(about.connector, own, code=displayable_code(error), forget=about.forget)
