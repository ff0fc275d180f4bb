"""What the link to the provider is made of, and the digest of all that a person says yes to."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pydantic import ValidationError

from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest, RequestParameter
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.consent.evaluation import Consent
from oauth_connector.connector.effective import authorization_parameters, authorization_scopes
from oauth_connector.connector.observation import Connector
from oauth_connector.consent_protocol.addresses import is_loopback, redirect_uri
from oauth_connector.consent_protocol.sealing import ConsentKeys
from oauth_connector.oauth.authorization import challenge
from oauth_connector.oauth.metadata import ServerMetadata


@dataclass(frozen=True, slots=True)
class ConsentPolicy:
    """What whoever installs the operator has settled: where the consent service is, and whether codes are confirmed."""

    public_url: str | None = None
    confirm: bool = True

    def redirect_of(self, connector: Connector) -> str | None:
        """Give a connector's redirect URI: its own address at the consent service, or one on loopback; none else."""
        spec, key = connector.valid_spec, connector.key
        own = spec.authorization_code.redirect_uri if spec.authorization_code else None
        hosted = redirect_uri(self.public_url, key.namespace, key.name) if self.public_url else None
        if own is None or own == hosted:
            return hosted
        return own if is_loopback(own, key.namespace, key.name) else None


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the browser and the code go, with what discovery has found."""

    authorization: str
    token: str
    issuer: str | None = None
    iss_required: bool = False

    @staticmethod
    def of(spec: OAuthConnectorSpec, found: ServerMetadata | None) -> "Endpoints | None":
        """Join the spec's own endpoints with those that were discovered; nothing where one is not known."""
        provider = spec.provider
        authorization = provider.effective_authorization_url or (found.authorization_endpoint if found else None)
        token = provider.effective_token_url or (found.token_endpoint if found else None)
        if authorization is None or token is None:
            return None
        return Endpoints(authorization, token, provider.effective_issuer, found is not None and found.iss_required)


def request_of(
    consent: Consent, connector: Connector, endpoints: Endpoints, consent_policy: ConsentPolicy, keys: ConsentKeys
) -> ConsentRequest | None:
    """Make what the link is made of; nothing where the connector has no redirect URI that it may use.

    Nothing either where something is too long for it, such as a hundred scopes, or where an issuer names an endpoint
    that is none: a consent must not hinder the connector's tokens.
    """
    back = consent_policy.redirect_of(connector)
    try:
        return (
            _request(consent, connector, endpoints, back, keys, confirm=consent_policy.confirm)
            if back is not None
            else None
        )
    except ValidationError:
        return None


def _request(  # noqa: PLR0913  # all that a link is made of
    consent: Consent, connector: Connector, endpoints: Endpoints, back: str, keys: ConsentKeys, *, confirm: bool
) -> ConsentRequest:
    spec, known = connector.valid_spec, connector.valid_spec.provider.known
    return ConsentRequest(
        connector_uid=connector.uid,
        authorization_endpoint=endpoints.authorization,
        token_host=urlsplit(endpoints.token).hostname or "",
        issuer=endpoints.issuer,
        iss_required=endpoints.iss_required or None,
        client_id=spec.client.id or "",
        redirect_uri=back,
        scope=spec.separator.join(authorization_scopes(spec)) or None,
        parameters=tuple(RequestParameter(name=name, value=value) for name, value in _parameters(spec)),
        code_challenge=challenge(keys.verifier(consent.uid)) if spec.effective_pkce else None,
        callback_parameters=(known.callback.name,) if known is not None and known.callback is not None else (),
        secret_name=connector.output_name,
        confirmation_required=confirm,
        encryption_key=keys.public_key(consent.uid),
        digest=digest_of(connector, endpoints, back),
        expiration_time=datetime.fromtimestamp(consent.created + LIFETIME, UTC),
    )


def digest_of(connector: Connector, endpoints: Endpoints, back: str) -> str:
    """Digest all that is consented to, by effective values; not the generation: to suspend changes nothing of it."""
    spec = connector.valid_spec
    return digests.digest_consent(
        {
            "uid": connector.uid,
            "issuer": endpoints.issuer,
            "endpoints": [endpoints.authorization, endpoints.token],
            "client": [spec.client.id, spec.effective_authentication.value],
            "redirect": back,
            "scope": spec.separator.join(authorization_scopes(spec)),
            "authorization": list(_parameters(spec)),
            "token": dict(spec.token_parameters or {}),
            "pkce": spec.effective_pkce,
        }
    )


def _parameters(spec: OAuthConnectorSpec) -> tuple[tuple[str, str], ...]:
    """Give the link's further parameters: the preset's and the spec's own, then audience and resources."""
    named = sorted(authorization_parameters(spec).items())
    audience = (("audience", spec.audience),) if spec.audience else ()
    return (*named, *audience, *(("resource", resource) for resource in spec.resources or ()))
