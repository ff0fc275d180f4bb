"""What the API server says of a manifest: the whole of it, as `kubectl apply --validate=strict` would show it.

The operator's own client leaves the API server's message out, since it quotes values; here the message is the point.
"""

import json
import ssl
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

PATH = "/apis/oauthconnector.dev/v1alpha1/namespaces/default/oauthconnectors?dryRun=All&fieldValidation=Strict"
CREATED = 201


@dataclass(frozen=True)
class Verdict:
    """`stored` is the object as it would be kept, `message` why it is refused; one of them is empty."""

    stored: dict[str, Any]
    message: str


class DryRun:
    """An administrator's connection, over which connectors are created for show. To be closed."""

    def __init__(self, kubeconfig: Path) -> None:
        config = yaml.safe_load(kubeconfig.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        context = ssl.create_default_context(cafile=cluster["certificate-authority"])
        context.load_cert_chain(user["client-certificate"], user["client-key"])
        self._connection = HTTPSConnection(urlsplit(cluster["server"]).netloc, context=context, timeout=30)

    def judge(self, manifest: str) -> Verdict:
        """Ask what would become of a manifest in YAML or JSON."""
        self._connection.request("POST", PATH, manifest.encode(), {"Content-Type": "application/yaml"})
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        return Verdict(answer, "") if response.status == CREATED else Verdict({}, answer["message"])

    def close(self) -> None:
        """End the connection."""
        self._connection.close()
