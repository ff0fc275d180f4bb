"""The demo: the operator on a control plane and authorization servers of its own."""
