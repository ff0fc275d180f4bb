"""Stands before the package `kubernetes`, which the image does not contain."""

raise ImportError
