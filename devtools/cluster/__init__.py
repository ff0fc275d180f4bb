"""A Kubernetes control plane on loopback: its programs, keys and configuration."""
