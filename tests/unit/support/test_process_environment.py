"""What the processes that tests start cannot import."""

from importlib.metadata import packages_distributions

from tests.support.locked_imports import normalize, read_lock
from tests.support.process_environment import NOT_IN_THE_IMAGE, ROOT


def test_no_package_of_the_image_is_hidden_from_processes() -> None:
    """A process of a test misses only packages that it would miss in the image."""
    locked = read_lock((ROOT / "requirements" / "runtime.lock").read_text())
    owners = packages_distributions()
    hidden = {normalize(owner) for file in NOT_IN_THE_IMAGE.glob("*.py") for owner in owners[file.stem]}
    assert hidden == {"kubernetes", "rich"}
    assert not hidden & locked
