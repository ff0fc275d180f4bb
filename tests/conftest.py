"""What holds for all tests."""

from hypothesis import settings

# No test asserts a duration, and on a busy machine the first example of a strategy may take long.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
