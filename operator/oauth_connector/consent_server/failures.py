"""Everything that can go wrong on a page: what it says, and what the person does next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from oauth_connector.consent_server.object_key import ObjectKey


class PageFailure(StrEnum):
    """What stopped a person."""

    NOT_FOUND = "NotFound"
    TOO_MANY = "TooMany"
    TOO_LARGE = "TooLarge"
    TICKET_MISSING = "TicketMissing"
    LINK_INVALID = "LinkInvalid"
    FOREIGN = "Foreign"
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
    BUG = "Bug"


@dataclass(frozen=True, slots=True)
class FailureText:
    """What a page of failure says: HTTP status, title, what happened, what to do.

    `badge` stands above the title. `retry` offers another try, `command` the command that makes a new link.
    """

    status: int
    title: str
    text: str
    step: str
    badge: str = "Not connected"
    retry: bool = False
    command: bool = True


class RequestStopped(Exception):  # noqa: N818  # named for what is so
    """A request can go no further. It is the pages' `HTTPException`: raised anywhere, shown in one place."""

    def __init__(self, failure: PageFailure, about: "FailureDetails | None" = None) -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.about = about or FailureDetails()


@dataclass(frozen=True, slots=True)
class FailureDetails:
    """What is known of the connector, for the command to run; a telling of its own; cookies to have forgotten."""

    connector: ObjectKey | None = None
    explanation: FailureText | None = None
    message: str = ""
    code: str = ""
    forget: tuple[str, ...] = field(default=())


AGAIN = "Start again where you ran the command: it prints a new link."
LINK_AGAIN = "Open the link again that the command printed; it is good for a quarter of an hour."

FAILURE_TEXTS: Mapping[PageFailure, FailureText] = {
    PageFailure.NOT_FOUND: FailureText(
        404,
        "There is no such page",
        "This service shows pages for connecting accounts, and no others.",
        "Open the whole link that the command printed.",
        "Not found",
    ),
    PageFailure.TOO_MANY: FailureText(
        429,
        "Too many requests",
        "More was asked for in a short time than a person can click.",
        "Wait half a minute, then try again.",
        "Not now",
        retry=True,
    ),
    PageFailure.TOO_LARGE: FailureText(
        413,
        "That was too long",
        "What came is longer than anything that this page sends.",
        LINK_AGAIN,
    ),
    PageFailure.TICKET_MISSING: FailureText(
        400,
        "The link is not complete",
        "The part after the # is missing. It is the ticket that shows that the link is yours. It also goes when this"
        " page is loaded again, so that nobody finds it in your address bar.",
        LINK_AGAIN,
    ),
    PageFailure.LINK_INVALID: FailureText(
        404,
        "This link is not valid",
        "It was cut off, it is an old one, or what it belonged to is gone.",
        AGAIN,
    ),
    PageFailure.FOREIGN: FailureText(
        403,
        "This did not come from our page",
        "Another page, or a program between you and us, sent this request. Nothing was started.",
        LINK_AGAIN + " If it happens again, whoever runs this service should compare its setting publicURL with the"
        " address in your browser.",
    ),
    PageFailure.COOKIE_MISSING: FailureText(
        400,
        "Your browser keeps no cookies here",
        "This page needs them to know your browser again when you come back. They hold nothing else, and go after a"
        " quarter of an hour.",
        "Allow cookies for this site. " + LINK_AGAIN,
    ),
    PageFailure.LOOPBACK: FailureText(
        409,
        "This goes another way",
        "The redirect URI of this connector is on your own machine, so the command there takes part itself.",
        "Go on where you ran the command, on the machine with your browser.",
        "Not here",
        command=False,
    ),
    PageFailure.EXPIRED: FailureText(
        410,
        "This link has expired",
        "It was good for a quarter of an hour. Nothing was connected with it.",
        AGAIN,
    ),
    PageFailure.USED: FailureText(
        409,
        "This link was used already",
        "The provider's answer to it has arrived, and there can be only one. If that was not you, type no code.",
        "Look where you ran the command: it says how it went. If it waits for a code that you have not seen, stop it"
        " and start again.",
        "Used",
    ),
    PageFailure.ENDED: FailureText(
        409,
        "This cannot be connected now",
        "",
        "Do that, or have it done. Then start again where you ran the command.",
    ),
    PageFailure.ADDRESS_DIFFERS: FailureText(
        409,
        "The redirect URI leads somewhere else",
        "The operator expects you back at another address than this service's own, so you would not arrive here.",
        "Whoever runs them gives the same publicURL to the operator and to the consent service. Then start again.",
    ),
    PageFailure.FLOW_LOST: FailureText(
        400,
        "Your browser does not know of this",
        "You came back from the provider, but not in the browser in which you left, or too late, or twice. Nothing was"
        " taken, and nothing was connected.",
        LINK_AGAIN + " Stay in one browser until the code is shown.",
    ),
    PageFailure.PREFETCHED: FailureText(
        403,
        "Only a person can come here",
        "A program loaded this address ahead of you, or inside another page. Nothing was taken.",
        LINK_AGAIN,
    ),
    PageFailure.CHANGED: FailureText(
        409,
        "The connector was changed meanwhile",
        "What you agreed to is no longer what would be connected. Nothing was taken.",
        AGAIN,
    ),
    PageFailure.WRONG_PLACE: FailureText(
        400,
        "The answer came to the wrong place",
        "The provider sent you to the address of another connector. Nothing was taken.",
        "Compare the redirect URI that is registered at the provider with the one that our page shows. " + LINK_AGAIN,
    ),
    PageFailure.MALFORMED: FailureText(
        400,
        "The provider's answer makes no sense",
        "It holds something twice, holds both a code and an error, holds neither, or is too long. Nothing was taken.",
        LINK_AGAIN + " If it happens again, the provider's side must look at it.",
    ),
    PageFailure.ISSUER_MISMATCH: FailureText(
        400,
        "Somebody else has answered",
        "The answer names another authorization server than the one you were sent to, or names none where it should."
        " That can be an attack, so nothing was taken.",
        "Do not try again before whoever looks after the connector has checked its provider.issuer.",
        command=False,
    ),
    PageFailure.DENIED: FailureText(400, "The provider said no", "", LINK_AGAIN),
    PageFailure.NOTHING_TO_SHOW: FailureText(
        404,
        "There is nothing to show here any more",
        "This browser was not the one that came back from the provider, or it is a while ago.",
        "Look where you ran the command, or at the connector: it says whether it is connected.",
        "Gone",
        command=False,
    ),
    PageFailure.UNAVAILABLE: FailureText(
        503,
        "The cluster does not answer",
        "Nothing is lost: this page only needs the Kubernetes API for a moment, and cannot reach it just now.",
        "Try again in a few seconds.",
        "Not now",
        retry=True,
    ),
    PageFailure.BUG: FailureText(
        500,
        "Something is wrong on our side",
        "This should not happen. The service's log has a line about it.",
        "Try again. If that does not help, please tell whoever runs this service.",
        "Not now",
        retry=True,
    ),
}
"""`ENDED` takes its text from the consent's condition, `DENIED` from `consent_protocol.authorization_errors`."""
