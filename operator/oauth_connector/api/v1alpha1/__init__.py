"""The custom resources of `oauthconnector.dev/v1alpha1` as models."""
