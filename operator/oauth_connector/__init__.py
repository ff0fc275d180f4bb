"""Keeps OAuth access tokens fresh in Kubernetes Secrets."""
