"""Where a number comes from: versions, source code, commit, date.

Nothing here names a machine, a user or a path.
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

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("systems", "analytic", "numeric", "compare")
LIBRARIES = ("sympy", "qutip", "numpy", "scipy", "numba", "pandas", "matplotlib")


def record(command: str, module: str) -> dict[str, Any]:
    """What is known before anything is computed, for the sidecar of a result."""
    return {
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "versions": versions(),
        "inputs": fingerprint(module),
    }


@cache
def versions() -> dict[str, str]:
    """Versions of Python, of this package and of the libraries that compute."""
    return {"python": platform.python_version()} | {
        name: _version(name) for name in ("photon-blockade", *LIBRARIES)
    }


@cache
def fingerprint(module: str) -> str:
    """One SHA-256 over the versions and the project's code that ``module`` runs."""
    digest = sha256(repr(sorted(versions().items())).encode())
    for path in sorted(sources(module)):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def sources(module: str) -> set[Path]:
    """Files of this project that importing ``module`` runs."""
    found: set[Path] = set()
    waiting = {module}
    while waiting:
        path = locate(waiting.pop())
        if path is not None and path not in found:
            found.add(path)
            waiting |= set(imports(path))
    return found


def imports(path: Path) -> Iterator[str]:
    """Dotted names that a file of this project imports from this project."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                imported = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), names=names):
                # `from systems import nanotip` may name a module or something inside one
                imported = [module, *(f"{module}.{alias.name}" for alias in names)]
            case _:
                continue
        yield from (name for name in imported if name.split(".")[0] in PACKAGES)


def locate(module: str) -> Path | None:
    """The file of a module of this project, or ``None`` where the name is something else."""
    stem = ROOT.joinpath(*module.split("."))
    for path in (stem / "__init__.py", stem.with_suffix(".py")):
        if path.is_file():
            return path
    return None


@cache
def commit() -> str | None:
    """Commit of the code, with ``+`` where files differ; ``None`` outside its repository."""
    here = str(Path(__file__).relative_to(ROOT))
    # a tracked file of ours: the package may be installed inside somebody else's repository
    if _git("ls-files", "--error-unmatch", here) is None:
        return None
    changed = _git("status", "--porcelain", "--", *PACKAGES)
    return f"{_git('rev-parse', 'HEAD')}{'+' if changed else ''}"


def _git(*arguments: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
