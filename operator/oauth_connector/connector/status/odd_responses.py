"""What is odd about a response that is not a token response, as the end of a sentence that begins with it."""

from collections.abc import Mapping

from oauth_connector.oauth.signals import Signal, Symptom

_ODDITIES: Mapping[Symptom, str] = {
    Symptom.EMPTY: "it is empty",
    Symptom.NOT_JSON: "it is not one JSON object",
    Symptom.TOO_LARGE: "it is larger than 256 KiB",
    Symptom.NO_TOKEN: "it has no member `access_token`",
    Symptom.UNPRINTABLE_TOKEN: "its token has characters that no HTTP header may have, or more than 65536",
    Symptom.DUPLICATE_KEY: "it has a member twice, with two values, or consists of several objects",
    Symptom.NOT_HTTP: "it is not HTTP",
}


def describe_oddity(signal: Signal) -> dict[str, str]:
    """Return the fact `oddity` for the message of a response that could not be read, where it has one."""
    oddity = _ODDITIES.get(signal.symptom)
    return {"oddity": oddity} if oddity is not None else {}
