"""Stands before the package `rich`, which the image does not contain."""

raise ImportError
