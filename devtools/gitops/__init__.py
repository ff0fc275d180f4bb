"""Flux and Argo CD as processes on loopback, fed from a git server: `make gitops`."""
