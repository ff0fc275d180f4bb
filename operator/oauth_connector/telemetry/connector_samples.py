"""The state of the connectors for the metrics."""

from collections.abc import Iterable, Iterator

from oauth_connector.api.names import CONNECTORS, CONSENT_REQUIRED, READY
from oauth_connector.api.schema.times import to_epoch
from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.connector.observation import AnyConnector
from oauth_connector.telemetry.isolation import isolate_object
from oauth_connector.telemetry.metrics import ConnectorSample


def sample_connectors(connectors: Iterable[AnyConnector]) -> Iterator[ConnectorSample]:
    """Yield the sample of each connector, from its status. One that raises counts as a connector without status."""
    for connector in connectors:
        key = connector.key
        sample = ConnectorSample(key.namespace, key.name)
        with isolate_object(CONNECTORS, key.namespace, key.name):
            sample = _sample(connector)
        yield sample


def _sample(connector: AnyConnector) -> ConnectorSample:
    status = connector.status
    ready, consent = (find_condition(status.conditions, kind) for kind in (READY, CONSENT_REQUIRED))
    return ConnectorSample(
        namespace=connector.key.namespace,
        name=connector.key.name,
        ready=ready.status == "True" if ready is not None else None,
        reason=ready.reason if ready is not None else "",
        expiration=to_epoch(status.expiration_time),
        next_refresh=to_epoch(status.next_refresh_time),
        refresh_token_expiration=to_epoch(status.refresh_token_expiration_time),
        consent=consent.reason if consent is not None else "",
    )
