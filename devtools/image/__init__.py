"""The image of the operator: recipe, root file system, archive, and the list of what is in it."""

from devtools.image.build import archive

__all__ = ["archive"]
