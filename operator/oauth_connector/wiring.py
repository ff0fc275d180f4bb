"""Build the controllers over any ports: those of a cluster, or those of a test."""

from dataclasses import dataclass, field

from oauth_connector.connector.consent.request import ConsentPolicy
from oauth_connector.controller.consents import ConsentReconciler
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.error_reporter import ErrorReporter
from oauth_connector.controller.grant_store import GrantStore, OnFaultPoint, ignore_fault_point
from oauth_connector.controller.host_limiter import HostLimiter
from oauth_connector.controller.reconciler import Reconciler
from oauth_connector.controller.revocation import GrantRevoker
from oauth_connector.controller.secret_writer import SecretWriter
from oauth_connector.controller.supplied_outputs import SuppliedOutputs
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.controller.token_refresher import TokenRefresher
from oauth_connector.controller.token_request_record import OnTokenRequest
from oauth_connector.controller.workqueue import OnError, Reconcile


@dataclass(frozen=True, slots=True)
class Controller:
    """What reconciles a connector, the limiter of requests per host, and what reports failures in a row."""

    reconcile: Reconcile
    host_limiter: HostLimiter
    report_error: OnError


@dataclass(frozen=True, slots=True)
class ControllerOptions:
    """What the operator's settings decide, and where tests interfere."""

    consent_policy: ConsentPolicy = field(default_factory=ConsentPolicy)
    on_token_request: OnTokenRequest = lambda _call: None
    on_point: OnFaultPoint = ignore_fault_point


def build_controller(context: ControllerContext, options: ControllerOptions | None = None) -> Controller:
    """Build the controllers of one process."""
    chosen, ports = options or ControllerOptions(), context.ports
    token_client = TokenClient(
        SuppliedOutputs(ports.cluster, ports.keys),
        ports.provider,
        ports.clock,
        on_token_request=chosen.on_token_request,
        read_rules=context.read_rules,
        keys=ports.keys,
    )
    grant_store = GrantStore(context, token_client, chosen.on_point)
    secret_writer = SecretWriter(context)
    refresher = TokenRefresher(context, token_client, grant_store, secret_writer)
    revoker = GrantRevoker(context, token_client)
    consents = ConsentReconciler(context, token_client, chosen.consent_policy)
    reconciler = Reconciler(context, refresher, secret_writer, revoker, consents)
    return Controller(reconciler.reconcile, refresher.host_limiter, ErrorReporter(context).report_error)
