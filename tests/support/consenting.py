"""A user's consent without plugin and browser: the calls that they would make."""

import base64
import json

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.consent import OAuthConsentSpec, OAuthConsentStatus
from oauth_connector.connector.consent.observed import Consent
from oauth_connector.connector.observation import Key
from oauth_connector.consent_protocol.consent_response import ConsentResponse
from oauth_connector.consent_protocol.sealing import seal
from oauth_connector.consent_protocol.tickets import ticket_hash
from tests.support.builders import a_spec
from tests.support.world import World

TICKET = "t" * 43
CODE_SPEC = a_spec(
    grantType="AuthorizationCode",
    provider={"authorizationURL": "https://login.example.com/authorize", "tokenURL": "https://login.example.com/token"},
)

CONFIRMATION = "K7QF-2M9P"


def id_token(**claims: str) -> str:
    """Return an ID token with the claims that are read."""
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{payload}.c2ln"


def a_consent(created: int, name: str = "crm-1", redirect: str = "Hosted", connector: str = "crm") -> Consent:
    """Return a consent as `kubectl oauth authorize` creates it."""
    spec = {
        "connectorName": connector,
        "requestedBy": "alice@corp",
        "ticketHash": ticket_hash(TICKET),
        "redirect": redirect,
    }
    return Consent(
        key=Key("shop", name),
        uid=f"uid-{name}",
        resource_version="1",
        generation=1,
        created=created,
        spec=OAuthConsentSpec.model_validate(spec),
        status=OAuthConsentStatus(),
    )


def answered(consent: Consent, code: str, **changes: object) -> Consent:
    """Return the consent after the redirect with a code."""
    assert consent.status.request is not None
    members = {"code": SecretStr(code), "ticket": SecretStr(TICKET), "confirmation": CONFIRMATION, **changes}
    sealed = seal(ConsentResponse(**members), consent.status.request.encryption_key)  # type: ignore[arg-type]  # a test's choice
    return _with(consent, status=consent.status.model_copy(update={"response": sealed}))


def confirmed(consent: Consent, confirmation: str = CONFIRMATION) -> Consent:
    """Return the consent after its requester has typed the code of the last page."""
    spec = consent.spec.model_copy(update={"confirmation": confirmation})
    return _with(consent, spec=spec, generation=consent.generation + 1)


def _with(consent: Consent, **changes: object) -> Consent:
    members = {name: getattr(consent, name) for name in Consent.__dataclass_fields__}
    return Consent(**{**members, **changes})


async def consent(world: World, name: str = "crm-1", code: str = "code-1", **changes: object) -> None:
    """Let a user consent, from the command to the confirmation."""
    world.rotating.know(code=code)
    key = Key("shop", name)
    world.cluster.add_consent(a_consent(int(world.now), name))
    await world.run()
    world.cluster.add_consent(answered(world.cluster.consents[key], code, **changes))
    await world.run()
    world.cluster.add_consent(confirmed(world.cluster.consents[key]))
    await world.run(3)
