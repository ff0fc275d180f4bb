"""The error of a command that is used in a wrong way."""


class UsageError(Exception):
    """The command line or an input file is invalid. The text names the option and what to do, in one line."""
