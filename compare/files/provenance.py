"""Where a number comes from: versions, source code, commit, date.

Every result has a sidecar with a `record` of what made it.  Its *fingerprint* is one SHA-256 over
the versions of the libraries and every file of the project that may change the numbers; a result is
current while its fingerprint is that of the code.  Nothing here names a machine, a user or a path.
"""

import ast
import platform
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("systems", "analytic", "numeric", "compare")
ROADS = ("systems", "analytic", "numeric")  # packages of which every file counts
DATA = "*.toml"  # what a package may hold beside its code
COMPILED = (".pyc", ".nbi", ".nbc")  # what Python and Numba leave beside the source
LIBRARIES = (
    *("sympy", "python-flint", "mpmath", "qutip", "numpy", "scipy", "numba", "pandas"),
    "matplotlib",
)


def record(command: str, *modules: str) -> dict[str, Any]:
    """What is known before anything is computed, for the sidecar of a result.

    ``command`` makes the result again; ``modules`` are dotted names of the code that computes it.

    >>> sorted(record("blockade systems", "compare.cli"))
    ['command', 'commit', 'created', 'inputs', 'versions']
    """
    return {
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "versions": versions(),
        "inputs": fingerprint(*modules),
    }


@cache
def versions() -> dict[str, str]:
    """Versions of Python, of this package and of the libraries that compute.

    >>> "python" in {name.lower() for name in versions()}
    True
    """
    return {"python": platform.python_version()} | {
        name: installed(name) for name in ("photon-blockade", *LIBRARIES)
    }


@cache
def fingerprint(*modules: str) -> str:
    """One SHA-256 over the versions and the project's files that decide what ``modules`` compute.

    >>> len(fingerprint("compare.papers.tang2025.figures.fig3c"))
    64
    """
    digest = sha256(repr(sorted(versions().items())).encode())
    for path in sorted(sources(*modules)):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def sources(*modules: str) -> set[Path]:
    """Files of this project that may change what ``modules`` compute.

    Every file of `ROADS`, data included: both roads enter every number.  Of the rest of the
    project what importing ``modules`` runs, now or later: the packages that they lie in, what these
    and they import anywhere in a file, and modules whose full name a file holds as text, as tables
    of lazy imports do; and the tables (`DATA`) that lie in a package, such as a paper's claims.
    Another figure, or the command line, makes no result stale.

    >>> names = {path.name for path in sources("compare.papers.tang2025.figures.fig3c")}
    >>> "fig3c.py" in names, "steady.py" in names, "fig3d.py" in names
    (True, True, False)
    """
    found = {path for road in ROADS for path in (ROOT / road).rglob("*") if _is_source(path)}
    seen: set[str] = set()
    waiting = set(modules)
    while waiting:
        name = waiting.pop()
        seen.add(name)
        path = locate(name)
        package, _, word = name.rpartition(".")
        if path is None and word in _homes(package):
            waiting |= {_homes(package)[word]} - seen
        # the roads are in already, and import nothing of the rest: they only hold old names of it
        if path is not None and name.split(".")[0] not in ROADS:
            found.add(path)
            if path.name == "__init__.py":
                found |= set(path.parent.glob(DATA))
            waiting |= {*imports(path), *parents(name)} - seen
    return found


def parents(module: str) -> Iterator[str]:
    """The packages that a module lies in, the inner first: importing it runs them before it.

    >>> list(parents("compare.papers.paper"))
    ['compare.papers', 'compare']
    """
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def imports(path: Path) -> frozenset[str]:
    """Dotted names in a file of this project that are, or may be, modules of this project.

    They are found wherever they stand: in functions, behind conditions, and as text.  What a
    package only offers (its table ``HOMES`` of names that are loaded when they are asked for) does
    not count for the package, or every result would hang on all of it; who asks for such a name
    gets its home, see `sources`.

    >>> "compare.agreement" in imports(ROOT / "compare" / "report" / "subjects.py")
    True
    >>> "compare.report" in imports(ROOT / "compare" / "__init__.py")
    False
    """
    package = path.relative_to(ROOT).parts[:-1]
    names = _named(path.read_text(encoding="utf-8"), package)
    offered = set(_homes(".".join(package)).values()) if path.name == "__init__.py" else set()
    return frozenset(n for n in names if not {n, *parents(n)} & offered)


@cache
def _homes(package: str) -> dict[str, str]:
    """The table ``HOMES`` of a package: name that it offers -> module in which it stands."""
    path = locate(package)
    for node in ast.parse(path.read_text(encoding="utf-8")).body if path else ():
        match node:
            case ast.Assign(targets=[ast.Name(id="HOMES")], value=ast.Dict() as table):
                found: dict[str, str] = ast.literal_eval(table)
                return found
    return {}


@cache
def _named(text: str, package: tuple[str, ...]) -> frozenset[str]:
    """The dotted names in a text that begin with one of this project's packages; kept per text."""
    return frozenset(n for n in _names(text, package) if n.split(".")[0] in PACKAGES)


def _names(text: str, package: tuple[str, ...]) -> Iterator[str]:
    """Every dotted name that a text imports or holds as a word, whosever it is."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(names=names):
                # `from systems import nanotip` may name a module or something inside one
                source = _imported_from(node, package)
                yield from (source, *(f"{source}.{alias.name}" for alias in names))
            case ast.Constant(value=str(word)) if word.replace(".", "").isidentifier():
                yield word


def _imported_from(node: ast.ImportFrom, package: tuple[str, ...]) -> str:
    """The full name of what a file of the package imports from, also where it is relative."""
    base = package[: len(package) + 1 - node.level] if node.level else ()
    return ".".join([*base, *([node.module] if node.module else [])])


def _is_source(path: Path) -> bool:
    """Whether a file decides what is computed: it is no trace of a compiler."""
    return path.is_file() and "__pycache__" not in path.parts and path.suffix not in COMPILED


def locate(module: str) -> Path | None:
    """The file of a module of this project, or ``None`` where the name is something else.

    >>> locate("systems.model").name, locate("numpy")
    ('model.py', None)
    """
    stem = ROOT.joinpath(*module.split("."))
    for path in (stem / "__init__.py", stem.with_suffix(".py")):
        if path.is_file():
            return path
    return None


@cache
def commit() -> str | None:
    """Commit of the code, with ``+`` where files differ; ``None`` outside its repository.

    It is noted in sidecars for a reader; whether a result is current is judged by `fingerprint`
    alone.

    >>> found = commit()
    >>> found is None or len(found.rstrip("+")) >= 40
    True
    """
    here = str(Path(__file__).relative_to(ROOT))
    # a tracked file of ours: the package may be installed inside somebody else's repository
    if _git("ls-files", "--error-unmatch", here) is None:
        return None
    changed = _git("status", "--porcelain", "--", *PACKAGES)
    return f"{_git('rev-parse', 'HEAD')}{'+' if changed else ''}"


def _git(*arguments: str) -> str | None:
    """What git prints, or ``None`` where it fails or is missing."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()


def installed(name: str) -> str:
    """The version of a package, or the words ``not installed``.

    >>> installed("no-such-package")
    'not installed'
    """
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
