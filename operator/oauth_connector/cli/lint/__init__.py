"""`oauth-connector lint`: judge manifests without a cluster, with the models that agree with the API server."""
