"""The addresses of the node. They exist in its own network only, so several nodes may use the same ones."""

from pathlib import Path
from string import Template

NODE_NAME = "node"
NODE_ADDRESS = "10.95.0.1"
PODS = "10.244.0.0/24"
SERVICES = "10.96.0.0/24"
API_SERVICE = "10.96.0.1"
DNS_SERVICE = "10.96.0.10"
API_PORT = 6443

API_NAMES = (
    *("127.0.0.1", "localhost", NODE_ADDRESS, API_SERVICE),
    *("kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"),
)
"""The names in the certificate of the API server."""
TEMPLATES = Path(__file__).with_name("templates")


def render(template: str, **values: str) -> str:
    """Return a file of the folder `templates` with the addresses, and these values, filled in."""
    addresses = {"node": NODE_NAME, "node_address": NODE_ADDRESS, "pods": PODS, "dns_service": DNS_SERVICE}
    return Template((TEMPLATES / template).read_text()).substitute(addresses | values)
