"""Builds the authorization request of a consent, and the digest of everything that the user consents to."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import ValidationError

from oauth_connector.api.schema.times import from_epoch
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest, RequestParameter
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.consent.endpoints import Endpoints
from oauth_connector.connector.consent.observed import Consent
from oauth_connector.connector.effective import (
    build_authorization_parameters,
    list_authorization_scopes,
    list_resources,
)
from oauth_connector.connector.observation import Connector
from oauth_connector.consent_protocol.addresses import is_loopback, redirect_uri
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.oauth.authorization import compute_challenge
from oauth_connector.providers.preset import Preset


@dataclass(frozen=True, slots=True)
class ConsentPolicy:
    """Settings of the operator: the public URL of the consent server, and whether a confirmation code is required."""

    public_url: str | None = None
    confirm: bool = True

    def redirect_of(self, connector: Connector) -> str | None:
        """Return the redirect URI of a connector: at the consent server, or on loopback; nothing for any other.

        A grant without a redirect has an empty one (RFC 8628).
        """
        spec, key = connector.spec, connector.key
        if spec.is_polled:
            return ""
        own = spec.authorization_code.redirect_uri if spec.authorization_code else None
        hosted = redirect_uri(self.public_url, key.namespace, key.name) if self.public_url else None
        if own is None or own == hosted:
            return hosted
        return own if is_loopback(own, key.namespace, key.name) else None


ANY_CONSENT_SERVER = ConsentPolicy("https://consent-server.invalid")
"""Stands for the settings of an operator with a consent server, where a command does not know them."""


def build_consent_request(
    consent: Consent, connector: Connector, endpoints: Endpoints, consent_policy: ConsentPolicy, keys: OperatorKeys
) -> ConsentRequest | None:
    """Return the authorization request; nothing if the connector has no valid redirect URI.

    It also returns nothing if a value is too long, such as a hundred scopes, or if an issuer names an invalid endpoint:
    a consent must not disturb the tokens of the connector.
    """
    redirect = consent_policy.redirect_of(connector)
    try:
        return (
            _build_request(consent, connector, endpoints, redirect, keys, confirm=consent_policy.confirm)
            if redirect is not None
            else None
        )
    except ValidationError:
        return None


def _build_request(  # noqa: PLR0913  # all parts of the request
    consent: Consent, connector: Connector, endpoints: Endpoints, redirect: str, keys: OperatorKeys, *, confirm: bool
) -> ConsentRequest:
    spec, known = connector.spec, connector.spec.provider.known
    return ConsentRequest(
        connector_uid=connector.uid,
        authorization_endpoint=endpoints.authorization,
        token_host=urlsplit(endpoints.token).hostname or "",
        issuer=endpoints.issuer,
        iss_required=endpoints.iss_required or None,
        client_id=endpoints.client_id or spec.client.id or "",
        redirect_uri=redirect,
        redirect_name=spec.authorization_code.redirect_name if spec.authorization_code else None,
        scope=spec.separator.join(list_authorization_scopes(spec, endpoints.server)) or None,
        parameters=tuple(RequestParameter(name=name, value=value) for name, value in _parameters(spec, endpoints)),
        parameter_names=_list_names(known) if known is not None else (),
        code_challenge=_choose_challenge(spec, keys.verifier(consent.uid)),
        code_challenge_method="plain" if spec.has_plain_pkce else None,
        callback_parameters=_list_callback_parameters(known) if known is not None else (),
        secret_name=connector.output_name,
        confirmation_required=confirm and not spec.is_polled,
        encryption_key=keys.public_key(consent.uid),
        digest=_digest_request(connector, endpoints, redirect),
        expiration_time=from_epoch(consent.created + LIFETIME),
        push_endpoint=endpoints.push,
        push_required=_is_push_required(endpoints) or None,
    )


def _is_push_required(endpoints: Endpoints) -> bool:
    return endpoints.push is not None and endpoints.server is not None and endpoints.server.push_required


def _choose_challenge(spec: OAuthConnectorSpec, verifier: str) -> str | None:
    """Return the challenge (RFC 7636 §4.2): for `plain` the verifier, which a client with a secret can afford."""
    if not spec.needs_pkce:
        return None
    return verifier if spec.has_plain_pkce else compute_challenge(verifier)


def _list_names(preset: Preset) -> tuple[RequestParameter, ...]:
    return tuple(RequestParameter(name=own, value=sent) for own, sent in sorted(preset.authorization_names.items()))


def _list_callback_parameters(preset: Preset) -> tuple[str, ...]:
    """List the parameters of the redirect that the operator needs: the token host, and those to publish."""
    host = (preset.callback.name,) if preset.callback is not None else ()
    return (*host, *preset.callback_fields)


def _digest_request(connector: Connector, endpoints: Endpoints, redirect: str) -> str:
    """Return the digest of the effective values that the user consents to.

    It does not contain the generation, because `suspend` changes the generation but not the consent. It contains what
    decides who can read the token: the output Secret by name, and its labels and annotations, with which other programs
    copy a Secret to where other users read it, the endpoint that gets the refresh token, and which value of a response
    is which.
    """
    spec, output = connector.spec, connector.spec.output
    name = spec.authorization_code.redirect_name if spec.authorization_code else None
    refresh_url, response = spec.provider.request_shape.refresh_url, spec.provider.response
    metadata = [dict(each or {}) for each in (output.labels, output.annotations)] if output is not None else [{}, {}]
    return digests.digest_consent(
        {
            "uid": connector.uid,
            "issuer": endpoints.issuer,
            "endpoints": [endpoints.authorization, endpoints.token],
            "client": [endpoints.client_id or spec.client.id, spec.effective_authentication.value],
            "redirect": redirect,
            "scope": spec.separator.join(list_authorization_scopes(spec, endpoints.server)),
            "authorization": list(_parameters(spec, endpoints)),
            "token": dict(spec.token_parameters or {}),
            "pkce": spec.needs_pkce,
            **({"pkceMethod": "plain"} if spec.has_plain_pkce else {}),
            **({"redirectName": name} if name is not None else {}),
            **({"pushEndpoint": endpoints.push} if endpoints.push is not None else {}),
            **({"refreshURL": refresh_url} if refresh_url is not None else {}),
            **({"response": response.model_dump(mode="json", exclude_none=True)} if response is not None else {}),
            "output": [connector.output_name, *metadata],
        }
    )


def _parameters(spec: OAuthConnectorSpec, endpoints: Endpoints) -> tuple[tuple[str, str], ...]:
    """Return the additional parameters of the request: those of preset and spec, then audience and resources."""
    named = sorted(build_authorization_parameters(spec, endpoints.server).items()) if not spec.is_polled else ()
    audience = (("audience", spec.audience),) if spec.audience else ()
    return (*named, *audience, *(("resource", resource) for resource in list_resources(spec, endpoints.server)))
