"""The steps of the operator before a token, one by one: for `oauth-connector check` and `kubectl oauth doctor`."""
