"""The failures of pages: the text of each, and what the user can do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from oauth_connector.consent_server.object_key import ObjectKey


class PageFailure(StrEnum):
    """Why a request was stopped; the value is in the log and in the attribute `data-failure` of the page."""

    NOT_FOUND = "NotFound"
    TOO_MANY = "TooMany"
    TOO_LARGE = "TooLarge"
    TOO_SLOW = "TooSlow"
    BODY_INCOMPLETE = "BodyIncomplete"
    TICKET_MISSING = "TicketMissing"
    LINK_INVALID = "LinkInvalid"
    CROSS_ORIGIN = "CrossOrigin"
    COOKIE_MISSING = "CookieMissing"
    LOOPBACK = "Loopback"
    EXPIRED = "Expired"
    USED = "Used"
    ENDED = "Ended"
    ADDRESS_DIFFERS = "AddressDiffers"
    FLOW_LOST = "FlowLost"
    PREFETCHED = "Prefetched"
    CHANGED = "Changed"
    WRONG_PLACE = "WrongPlace"
    MALFORMED = "Malformed"
    ISSUER_MISMATCH = "IssuerMismatch"
    DENIED = "Denied"
    NOTHING_TO_SHOW = "NothingToShow"
    UNAVAILABLE = "Unavailable"
    INTERNAL_ERROR = "InternalError"


@dataclass(frozen=True, slots=True)
class FailureText:
    """The content of a failure page: HTTP status, title, what happened, what to do.

    `badge` is shown above the title. `retry` adds a button that sends the request again, `command` the command that
    creates a new link. `pasted`: the user may have to copy the address of the page for `--paste`.
    """

    status: int
    title: str
    text: str
    step: str
    badge: str = "Not authorized"
    retry: bool = False
    command: bool = True
    pasted: bool = False

    @property
    def needs_address(self) -> bool:
        """Return whether the address, which may contain a code, is still needed."""
        return self.retry or self.pasted


class RequestStopped(Exception):  # noqa: N818  # the name states a condition, not a fault of the program
    """The request cannot be completed. A middleware renders the page of the failure."""

    def __init__(self, failure: PageFailure, about: "FailureDetails | None" = None) -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.about = about or FailureDetails()


@dataclass(frozen=True, slots=True)
class FailureDetails:
    """Details for the page: the connector for the command, a text of its own, the error code, cookies to clear."""

    connector: ObjectKey | None = None
    explanation: FailureText | None = None
    message: str = ""
    code: str = ""
    forget: tuple[str, ...] = field(default=())


RUN_AGAIN = "Run the command again: it makes a new link."
LINK_AGAIN = (
    "If the command printed a link, open it again: it is valid for 15 minutes. Otherwise stop the command, and run it"
    " again."
)

FAILURE_TEXTS: Mapping[PageFailure, FailureText] = {
    PageFailure.NOT_FOUND: FailureText(
        404,
        "Page not found",
        "This server only has pages for user authorization.",
        "Open the complete link of the command.",
        "Not found",
    ),
    PageFailure.TOO_MANY: FailureText(
        429,
        "Too many requests",
        "The server received more requests in a short time than a user can send.",
        "Wait 30 seconds, then try again.",
        "Try later",
        retry=True,
    ),
    PageFailure.TOO_LARGE: FailureText(
        413,
        "The request is too large",
        "The request is larger than all requests that this page sends.",
        LINK_AGAIN,
    ),
    PageFailure.TOO_SLOW: FailureText(
        408, "The request did not arrive in time", "The connection was too slow, or was interrupted.", LINK_AGAIN
    ),
    PageFailure.BODY_INCOMPLETE: FailureText(
        400, "The request did not arrive completely", "The connection was interrupted.", LINK_AGAIN
    ),
    PageFailure.TICKET_MISSING: FailureText(
        400,
        "The link is not complete",
        "The part after # is missing. It is the ticket, which proves that the link is yours. The page removes it from"
        " the address bar, so it is also missing after a reload.",
        LINK_AGAIN,
    ),
    PageFailure.LINK_INVALID: FailureText(
        404,
        "This link is not valid",
        "The link is incomplete or old, or its OAuthConsent was deleted.",
        RUN_AGAIN,
    ),
    PageFailure.CROSS_ORIGIN: FailureText(
        403,
        "The request did not come from this page",
        "Another page, or a proxy between the browser and the server, sent this request. Nothing was started.",
        LINK_AGAIN + " If the error is repeated, ask the administrator of this server to compare its setting publicURL"
        " with the address in your browser.",
    ),
    PageFailure.COOKIE_MISSING: FailureText(
        400,
        "Your browser does not accept cookies from this site",
        "The page needs cookies to recognize your browser after the redirect. They contain nothing else and expire"
        " after 15 minutes.",
        "Allow cookies for this site. " + LINK_AGAIN,
    ),
    PageFailure.LOOPBACK: FailureText(
        409,
        "This connector is authorized on your machine",
        "The redirect URI of this connector is on your machine, where the command receives the redirect.",
        "Continue where you ran the command, on the machine with your browser.",
        "Not here",
        command=False,
    ),
    PageFailure.EXPIRED: FailureText(
        410,
        "This link has expired",
        "The link was valid for 15 minutes. Nothing was authorized.",
        RUN_AGAIN,
    ),
    PageFailure.USED: FailureText(
        409,
        "This link was used already",
        "The provider's response has arrived, and only one response is accepted. If you did not consent, do not enter a"
        " code.",
        "Check the terminal where you ran the command: it shows the result. If it asks for a code that you have not"
        " seen, stop the command and run it again.",
        "Used",
    ),
    PageFailure.ENDED: FailureText(
        409,
        "This connector cannot be authorized now",
        "",
        "Correct this, or ask the owner of the connector to correct it. Then run the command again.",
    ),
    PageFailure.ADDRESS_DIFFERS: FailureText(
        409,
        "The redirect URI belongs to another server",
        "The operator expects the redirect at another address than that of this server.",
        "Ask the administrator to set the same publicURL for the operator and the consent server. Then run the command"
        " again.",
    ),
    PageFailure.FLOW_LOST: FailureText(
        400,
        "This browser did not start the authorization",
        "The redirect from the provider arrived in another browser, too late, or a second time. The response was not"
        " used, and nothing was authorized. The address of this page can contain a code that gives access to your"
        " account: do not send it to anyone.",
        LINK_AGAIN
        + " Use one browser until the code is shown. If you yourself ran the command with `--paste`, copy the"
        " address and paste it there.",
        pasted=True,
    ),
    PageFailure.PREFETCHED: FailureText(
        403,
        "The address was not opened by a user",
        "A program loaded this address in advance or inside another page. The response was not used.",
        LINK_AGAIN,
    ),
    PageFailure.CHANGED: FailureText(
        409,
        "The connector was changed",
        "You consented to a request that is no longer current. The response was not used.",
        RUN_AGAIN,
    ),
    PageFailure.WRONG_PLACE: FailureText(
        400,
        "The redirect went to another connector",
        "The provider redirected the browser to the address of another connector. The response was not used.",
        "Compare the redirect URI that is registered at the provider with the one that the page shows. " + LINK_AGAIN,
    ),
    PageFailure.MALFORMED: FailureText(
        400,
        "The provider's response is not valid",
        "The response contains a parameter twice, both a code and an error, neither of them, or a value that is too"
        " long. It was not used.",
        LINK_AGAIN + " If the error is repeated, report it to the provider.",
    ),
    PageFailure.ISSUER_MISMATCH: FailureText(
        400,
        "The response names another issuer",
        "The response names another authorization server than the connector, or none although it must name one. This"
        " can be an attack, so the response was not used.",
        "Do not try again. Ask the owner of the connector to check provider.issuer first.",
        command=False,
    ),
    PageFailure.DENIED: FailureText(400, "The provider denied access", "", LINK_AGAIN),
    PageFailure.NOTHING_TO_SHOW: FailureText(
        404,
        "There is no result to show",
        "This browser did not receive the redirect from the provider, or the result has expired.",
        "Check the terminal where you ran the command, or the status of the connector.",
        "Not found",
        command=False,
    ),
    PageFailure.UNAVAILABLE: FailureText(
        503,
        "The cluster does not respond",
        "The Kubernetes API cannot be reached at the moment. Nothing is lost.",
        "Try again in a few seconds.",
        "Try later",
        retry=True,
    ),
    PageFailure.INTERNAL_ERROR: FailureText(
        500,
        "Internal error",
        "An unexpected error occurred. The log of this server contains an entry about it.",
        "Try again. If the error is repeated, ask the administrator of this server.",
        "Try later",
        retry=True,
    ),
}
"""`ENDED` takes its text from the consent's condition, `DENIED` from `consent_protocol.authorization_errors`."""
