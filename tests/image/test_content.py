"""The image contains what its programs need, and nothing that helps an intruder."""

from pathlib import Path

from devtools.image import recipe
from devtools.image.build import CHECKOUT
from devtools.image.image_archive import read_facts, read_members
from devtools.image.programs import run
from devtools.local.cached_folder import cache_root

MEGABYTE = 1_000_000
UNPACKED, PACKED = 110 * MEGABYTE, 40 * MEGABYTE
UNCHECKED_HASH = b"\x01\0\0\0"


def _files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]


def test_the_image_is_small(archive: Path) -> None:
    """All files have at most 110 MB, and the compressed layers at most 40 MB."""
    facts = read_facts(archive)
    assert facts.unpacked <= UNPACKED
    assert facts.packed <= PACKED


def test_the_only_executables_are_python_and_its_two_programs(root: Path) -> None:
    """There is no shell, no package manager and no other program."""
    found = {str(path.relative_to(root)) for name in ("bin", "sbin") for path in root.rglob(f"{name}/*")}
    assert found == {f"usr/bin/{name}" for name in (f"python{recipe.PYTHON}", "oauth-connector", "kubectl-oauth")}


def test_all_files_belong_to_root_who_alone_may_write(archive: Path) -> None:
    """The user of the process owns no file or folder and may write none; none has the permissions of another user."""
    for member in read_members(archive):
        assert (member.uid, member.gid) == (0, 0), member.name
        assert member.issym() or member.mode & 0o7022 == 0, member.name
        assert member.isdir() or member.isreg() or member.issym(), member.name


def test_each_module_has_bytecode_that_is_not_compared_with_a_time(root: Path) -> None:
    """A start compiles nothing, and the bytecode names the path that the module has in the image."""
    for module in root.rglob("*.py"):
        compiled = module.parent / "__pycache__" / f"{module.stem}.cpython-{recipe.PYTHON.replace('.', '')}.pyc"
        content = compiled.read_bytes()
        assert content[4:8] == UNCHECKED_HASH, module
        assert f"/{module.relative_to(root)}".encode() in content, module


def test_no_file_names_the_machine_that_built_it(root: Path) -> None:
    """No file contains the path of the checkout or of the cache."""
    paths = [str(path).encode() for path in (CHECKOUT, cache_root())]
    assert [file for file in _files(root) if any(path in file.read_bytes() for path in paths)] == []


def test_each_library_finds_the_libraries_that_it_is_linked_with(root: Path) -> None:
    """A missing library would disable a fast implementation without a message."""
    programs = [root / f"usr/bin/python{recipe.PYTHON}", *(path for path in _files(root) if ".so" in path.name)]
    printed = run("readelf", "--dynamic", *map(str, programs))
    needed = {line.split("[")[1].rstrip("]") for line in printed.splitlines() if "(NEEDED)" in line}
    assert needed
    assert needed - {path.name for path in root.rglob("*.so*")} == set()


def test_each_link_has_a_target(root: Path) -> None:
    """No symbolic link leads to a file that was left out."""
    for link in (path for path in root.rglob("*") if path.is_symlink()):
        target = str(link.readlink())
        assert (root / target[1:] if target.startswith("/") else link.parent / target).exists(), link


def test_each_debian_package_has_its_licence(root: Path) -> None:
    """The copyright files of Debian are kept."""
    documented = {path.name for path in (root / "usr/share/doc").iterdir() if (path / "copyright").exists()}
    assert documented == set(recipe.PACKAGES)


def test_the_lists_of_left_out_files_are_in_use(root: Path) -> None:
    """Nothing that the recipe leaves out is in the image."""
    assert [file for file in _files(root) if recipe.is_left_out(str(file.relative_to(root)))] == []
