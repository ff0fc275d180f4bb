"""Limits for sizes and names: lines of files and functions, names of classes and functions."""
