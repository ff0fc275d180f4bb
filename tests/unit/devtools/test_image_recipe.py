"""The recipe of the image: which files are kept, where they are put, and where packages come from."""

import pytest

from devtools.image import recipe
from devtools.image.debian import move_sources
from devtools.image.wheels import find_target


@pytest.mark.parametrize(
    "path",
    [
        "usr/bin/python3.11",
        "usr/lib/x86_64-linux-gnu/libssl.so.3",
        "usr/lib/aarch64-linux-gnu/libc.so.6",
        "usr/lib/python3.11/asyncio/base_events.py",
        "usr/share/doc/libssl3/copyright",
    ],
)
def test_what_python_needs_is_kept(path: str) -> None:
    """Interpreter, libraries, modules and licences belong in the image."""
    assert recipe.is_kept(path)


@pytest.mark.parametrize(
    "path",
    [
        "usr/sbin/update-ca-certificates",
        "usr/lib/x86_64-linux-gnu/gconv/UTF-32.so",
        "usr/lib/python3.11/ensurepip/__init__.py",
        "usr/lib/python3.11/lib-dynload/readline.cpython-311-x86_64-linux-gnu.so",
        "usr/share/doc/libssl3/changelog.Debian.gz",
        "usr/share/man/man1/openssl.1.gz",
    ],
)
def test_what_no_process_needs_is_left_out(path: str) -> None:
    """Programs, conversions of character sets, documentation and installers do not belong in the image."""
    assert not recipe.is_kept(path)


@pytest.mark.parametrize(
    ("path", "merged"),
    [
        ("./lib/x86_64-linux-gnu/libc.so.6", "usr/lib/x86_64-linux-gnu/libc.so.6"),
        ("./lib64/ld-linux-x86-64.so.2", "usr/lib64/ld-linux-x86-64.so.2"),
        ("./usr/lib/os-release", "usr/lib/os-release"),
        ("./etc/services", "etc/services"),
    ],
)
def test_files_of_lib_are_put_below_usr(path: str, merged: str) -> None:
    """/lib is a link to /usr/lib, so its files are written there."""
    assert recipe.merge_usr(path) == merged


def test_tests_and_sources_of_a_distribution_are_left_out() -> None:
    """Compilers and type checkers read them, and processes do not."""
    for name in ("aiohttp/_http_parser.pyx", "yarl/__init__.pyi", "kopf/tests/test_a.py", "a-1.dist-info/RECORD"):
        assert recipe.is_left_out(f"{recipe.SITE}/{name}")
    for name in ("aiohttp/web.py", "kopf/testing.py", "a-1.dist-info/METADATA"):
        assert not recipe.is_left_out(f"{recipe.SITE}/{name}")


def test_sources_of_another_release_are_moved_to_that_of_the_image() -> None:
    """A mirror has all releases: only the suite changes. Backports and proposed updates are not used."""
    printed = (
        "http://mirror.example/debian/ trixie\n"
        "http://mirror.example/debian/ trixie-updates\n"
        "http://mirror.example/debian/ trixie-backports\n"
        "http://mirror.example/debian-security/ trixie-security\n"
    )
    assert move_sources(printed) == [
        ("http://mirror.example/debian-security/", "bookworm-security"),
        ("http://mirror.example/debian/", "bookworm"),
        ("http://mirror.example/debian/", "bookworm-updates"),
    ]


def test_a_machine_without_debian_sources_has_none() -> None:
    """The program then reports that it needs them."""
    assert move_sources("") == []


def test_modules_in_the_data_folder_of_a_wheel_are_put_beside_the_others() -> None:
    """`*.data/platlib` is a second place for modules in the format of wheels."""
    assert str(find_target("one-1.0.data/platlib/one/core.so")) == "one/core.so"
    assert str(find_target("one/__init__.py")) == "one/__init__.py"
