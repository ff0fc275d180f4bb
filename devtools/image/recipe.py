"""What the image contains: Debian packages, the files kept of them, and the files that the project adds."""

import fnmatch
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

NAME = "oauth-connector-operator"
RELEASE = "bookworm"
"""The Debian release of the packages. Its Python starts faster than newer ones and has security support until 2028."""
PYTHON = "3.11"
USER = 65532
STATUS = "var/lib/dpkg/status"
SITE = f"usr/local/lib/python{PYTHON}/dist-packages"
"""Where Debian's Python searches for packages that Debian did not install."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """The names of a machine type: Debian's (also the OCI's), that of wheels, and that of the folder of libraries."""

    debian: str
    wheel: str

    @property
    def libraries(self) -> str:
        """The folder of shared libraries, relative to the root."""
        return f"usr/lib/{self.wheel}-linux-gnu"


ARCHITECTURES = {"x86_64": Architecture("amd64", "x86_64"), "aarch64": Architecture("arm64", "aarch64")}

PACKAGES = (
    "base-files",  # names the release: scanners search for the vulnerabilities of a release
    "ca-certificates",  # the authorities of the system, in one file
    "gcc-12-base",  # the licence of libgcc
    "libbz2-1.0",  # shutil imports it
    "libc6",
    "libexpat1",  # Python's interpreter is linked with it
    "libffi8",  # ctypes
    "libgcc-s1",  # libraries written in Rust; threads that end
    "liblzma5",  # shutil imports it
    "libpython3.11-minimal",
    "libpython3.11-stdlib",
    "libssl3",  # ssl and hashlib
    "libstdc++6",  # frozenlist
    "libuuid1",  # uuid
    "media-types",  # mimetypes
    "netbase",  # names of protocols and ports
    "python3.11-minimal",
    "zlib1g",
)

KEPT = (
    "etc/debian_version",
    "etc/mime.types",
    "etc/os-release",
    "etc/protocols",
    "etc/services",
    "usr/bin/python3.11",
    "usr/lib/*/*.so*",
    "usr/lib/ld-linux-*",
    "usr/lib64/*",
    "usr/lib/os-release",
    "usr/lib/python3.11/*",
    "usr/share/ca-certificates/*",
    "usr/share/doc/*/copyright",
    *(
        f"usr/share/doc/{name}" for name in ("libgcc-s1", "libpython3.11-stdlib", "libstdc++6")
    ),  # links to others' folders
)
"""The files of Debian packages that are kept."""

_STDLIB = "usr/lib/python3.11"
_UNUSED_PACKAGES = (
    *("__phello__", "curses", "dbm", "distutils", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "sqlite3"),
    *("tkinter", "turtledemo"),
)
_UNUSED_EXTENSIONS = ("_crypt", "_curses*", "_dbm", "_sqlite3", "_tkinter", "nis", "readline")

LEFT_OUT = (
    *(f"{_STDLIB}/{package}/*" for package in _UNUSED_PACKAGES),
    *(f"{_STDLIB}/lib-dynload/{module}.*" for module in _UNUSED_EXTENSIONS),  # their libraries are not in the image
    f"{_STDLIB}/sitecustomize.py",  # a link to a file that is not kept
    f"{_STDLIB}/EXTERNALLY-MANAGED",  # for pip
    "usr/lib/*/engines-3/*",
    "usr/lib/*/gconv/*",  # character sets of iconv
    "usr/lib/*/libc_malloc_debug.so*",
    "usr/lib/*/libmemusage.so*",
    "usr/lib/*/libpcprofile.so*",
    "usr/lib/*/libthread_db.so*",
    "usr/lib/*/ossl-modules/*",  # ciphers that no server should ask for
    # Of Python distributions: what only compilers, type checkers and tests read. RECORD would list it.
    *(f"{SITE}/*.{suffix}" for suffix in ("c", "h", "pxd", "pyi", "pyx")),
    *(f"{SITE}/*/{folder}/*" for folder in ("test", "tests")),
    f"{SITE}/*/_testcapi.*",
    f"{SITE}/*.dist-info/RECORD",
    f"{SITE}/share/*",  # manual pages
)

LINKS = {
    "lib": "usr/lib",
    "lib64": "usr/lib64",
    "usr/lib/ssl/cert.pem": "/etc/ssl/certs/ca-certificates.crt",  # Debian's OpenSSL reads it
    "var/run": "/run",
}
"""Symbolic links, relative to the root."""

EMPTY_FOLDERS = ("dev", "proc", "sys", "run", "tmp")
"""Mount points. A container runtime cannot make them in a read-only root."""

FILES = {
    "etc/passwd": f"root:x:0:0:root:/:/sbin/nologin\nnonroot:x:{USER}:{USER}:nonroot:/:/sbin/nologin\n",
    "etc/group": f"root:x:0:\nnonroot:x:{USER}:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}

_PROGRAM = """#!/usr/bin/python{python} -IBu
import sys
from {module} import {function}
sys.exit({function}())
"""
# -I: neither environment nor working directory can add modules. -B: no bytecode is written. -u: output is not buffered.


def architecture() -> Architecture:
    """Return the architecture of this machine. Raises `KeyError` if the image does not support it."""
    return ARCHITECTURES[platform.machine()]


def program(entry_point: str) -> str:
    """Return the text of the executable of an entry point `module:function`."""
    module, _, function = entry_point.partition(":")
    return _PROGRAM.format(python=PYTHON, module=module, function=function)


def is_kept(path: str) -> bool:
    """Return whether a file of a Debian package, by its path without the leading slash, belongs in the image."""
    return _is_matched(path, KEPT) and not _is_matched(path, LEFT_OUT)


def is_left_out(path: str) -> bool:
    """Return whether a file of a Python distribution, by its path from the root, does not belong in the image."""
    return _is_matched(path, LEFT_OUT)


def _is_matched(path: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def merge_usr(path: str) -> str:
    """Return the path of a file in a root whose `/lib` and `/lib64` are links to folders of `/usr`."""
    clean = PurePosixPath(path.removeprefix("./").removeprefix("/"))
    return str(PurePosixPath("usr") / clean if clean.parts[:1] in {("lib",), ("lib64",)} else clean)
