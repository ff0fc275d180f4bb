"""The response of the API server to a manifest, as `kubectl apply --validate=strict` shows it.

The operator's own client drops the message of the API server, because it quotes values; these tests need the message.
"""

import json
import ssl
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

PATH = "/apis/oauthconnector.dev/v1alpha1/namespaces/default/oauthconnectors?dryRun=All&fieldValidation=Strict"
CREATED = 201
WORDS_OF_OLDER_RELEASES = ("may not be longer than", "may not be more than")
"""What Kubernetes 1.30 writes, and what later releases write instead."""


@dataclass(frozen=True)
class Verdict:
    """`stored` is the object as it would be stored, `message` the reason of a refusal; one of them is empty."""

    stored: dict[str, Any]
    message: str


class DryRun:
    """A connection as administrator that creates connectors as a dry run. The caller closes it."""

    def __init__(self, kubeconfig: Path) -> None:
        config = yaml.safe_load(kubeconfig.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        context = ssl.create_default_context(cafile=cluster["certificate-authority"])
        context.load_cert_chain(user["client-certificate"], user["client-key"])
        self._connection = HTTPSConnection(urlsplit(cluster["server"]).netloc, context=context, timeout=30)

    def submit(self, manifest: str) -> Verdict:
        """Submit a manifest in YAML or JSON as a dry run."""
        try:
            response = self._send(manifest)
        except (OSError, HTTPException):  # the API server closes connections that were idle, or was restarted
            self._connection.close()
            response = self._send(manifest)
        answer = json.loads(response.read())
        if response.status == CREATED:
            return Verdict(answer, "")
        return Verdict({}, answer["message"].replace(*WORDS_OF_OLDER_RELEASES))

    def _send(self, manifest: str) -> HTTPResponse:
        self._connection.request("POST", PATH, manifest.encode(), {"Content-Type": "application/yaml"})
        return self._connection.getresponse()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
