"""TLS contexts of clients, and why a certificate is refused; for the API server and for providers."""
