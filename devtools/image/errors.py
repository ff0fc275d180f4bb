"""The error of the programs that build the image."""


class ImageError(Exception):
    """The image cannot be built; the message is one sentence for the terminal."""
