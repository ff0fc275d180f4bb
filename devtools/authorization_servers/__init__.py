"""Authorization servers for tests and the demo: Canaille and oidc-provider, with registered clients and users."""
