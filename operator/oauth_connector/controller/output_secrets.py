"""Which output Secrets the operator has written. Others are not published, and prove nothing."""

from oauth_connector.connector.grant.provenance import is_inherited
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.secret.ownership import is_recorded
from oauth_connector.connector.secret.signature import SecretSigner
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.ports import LiveSecret, OperatorKeyReader


async def load_signer(keys: OperatorKeyReader) -> SecretSigner:
    """Return what signs the operator's Secrets. Raises `ClusterUnavailable`."""
    return SecretSigner((await keys.load()).signing_key)


class OutputSecrets:
    """Knows the output Secrets of the operator: by the versions of this process, by status, or by their signature."""

    def __init__(self, context: ControllerContext) -> None:
        self._keys = context.ports.keys
        self._memory = context.memory

    def needs_no_read(self, connector: Connector, secret: SecretMetadata) -> bool:
        """Return whether the operator has written a Secret, as far as its metadata shows that."""
        known = secret.resource_version in self._memory.of(connector.key).known_versions
        return known or is_recorded(secret, connector)

    async def has_written(self, connector: Connector, live: LiveSecret) -> bool:
        """Return whether the operator has published a Secret for this connector, or for one that it inherits.

        Raises `ClusterUnavailable`.
        """
        if self.needs_no_read(connector, live.metadata):
            return True
        if not is_inherited(live.metadata, connector):
            return False
        return (await load_signer(self._keys)).has_signed(live.metadata, live.data)
