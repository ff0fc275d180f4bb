"""The link to the provider on this machine, whose request the operator pushes first where the provider wants that."""

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.consent_protocol.consent_response import UnsealError
from oauth_connector.consent_protocol.push_exchange import PushAnswer, PushQuestion
from oauth_connector.kubectl_plugin.context import KubeObject
from oauth_connector.kubectl_plugin.created_consent import CreatedConsent


async def build_link(consent: CreatedConsent, request: ConsentRequest, ticket: SecretStr, state: str) -> str:
    """Return the link with a `state`. Raises `CommandFailed`."""
    if request.push_endpoint is None:
        return request.link(state)
    question = PushQuestion(ticket, SecretStr(state)).seal(request.encryption_key)
    await consent.patch({"status": {"push": {"request": question, "response": None}}}, "/status")

    def find_answer(manifest: KubeObject) -> PushAnswer | None:
        return _open_answer(manifest, ticket, consent.uid)

    answer = await consent.wait("waiting for the operator to push the request", find_answer)
    if answer.request_uri is None:
        return request.link(state)
    return request.build_authorization_request().build_pushed_url(answer.request_uri.get_secret_value())


def _open_answer(manifest: KubeObject, ticket: SecretStr, uid: str) -> PushAnswer | None:
    sealed = ((manifest.get("status") or {}).get("push") or {}).get("response")
    try:
        return PushAnswer.open(sealed, ticket, uid) if sealed else None
    except UnsealError:
        return None
