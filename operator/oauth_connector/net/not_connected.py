"""The exception of a connection that was not made, for a reason that is known."""

import httpcore2

from oauth_connector.oauth.signals import Symptom


class NotConnectedError(httpcore2.ConnectError):
    """No connection was made; `symptom` is the reason."""

    def __init__(self, symptom: Symptom) -> None:
        super().__init__(symptom.value)
        self.symptom = symptom
