"""Compiled code runs whatever becomes of the cache that it is kept in."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest

from compare.files.provenance import PACKAGES, ROOT
from numeric.solvers.compiled import compile_once, njit


def cubed(x: float) -> float:
    return x**3


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    return tmp_path


def run() -> Any:
    """Compile as a new process would, and use; returns how it was found."""
    function = njit()(cubed)
    assert function(3.0) == 27.0
    return function.stats


def damage(content: bytes, kind: str) -> bytes:
    """The content as crashes, full disks and bad sectors leave it."""
    rng = np.random.default_rng(len(content))
    middle = int(rng.integers(len(content) // 4, 3 * len(content) // 4))
    return {
        "empty": b"",
        "cut": content[:middle],
        "zeros": content[:middle] + bytes(len(content) - middle),
        "noise": rng.bytes(len(content)),
        "one bit": content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :],
    }[kind]


@pytest.mark.parametrize("kind", ["empty", "cut", "zeros", "noise", "one bit"])
@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
def test_damaged_cache_is_made_anew(cache: Path, suffix: str, kind: str) -> None:
    run()
    assert run().cache_hits
    (file,) = cache.rglob(f"*.{suffix}")
    file.write_bytes(damage(file.read_bytes(), kind))
    run()
    assert run().cache_hits


def test_cache_that_cannot_be_written_costs_time_only(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numeric.solvers.compiled.SummedFile.save", full)
    assert not run().cache_hits
    assert not run().cache_hits


def test_code_is_compiled_anew_after_a_change_of_what_it_inlines(tmp_path: Path) -> None:
    head = "from numeric.solvers.compiled import njit\n"
    (tmp_path / "outside.py").write_text(
        head + "from inside import times\n@njit()\ndef made(x): return times(x)\nprint(made(2.0))\n"
    )
    told = []
    for factor in ("3", "3.5"):  # of another size: a clock may stand still between the two
        inside = head + f"@njit(inline='always')\ndef times(x): return {factor} * x\n"
        (tmp_path / "inside.py").write_text(inside)
        command = [sys.executable, "-B", "outside.py"]  # no byte code, which goes by seconds
        where = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": ""}
        told.append(subprocess.check_output(command, cwd=tmp_path, env=where, text=True).strip())
    assert told == ["6.0", "7.0"]


def test_while_one_process_compiles_the_others_wait(cache: Path) -> None:
    fcntl = pytest.importorskip("fcntl")  # Windows has none: there each compiles for itself
    now = fcntl.LOCK_EX | fcntl.LOCK_NB

    def lock() -> None:
        """As another process would that does not care to wait."""
        (path,) = cache.rglob("*.lock")
        with path.open() as other:
            fcntl.flock(other, now)

    def compile_(_: object) -> None:
        with pytest.raises(BlockingIOError):
            lock()

    kept = njit()(cubed)._cache
    cubed_ = SimpleNamespace(__name__="cubed", overloads={}, compile=compile_, _cache=kept)
    compile_once(cubed_, 3.0)
    lock()


@pytest.mark.slow
def test_help_is_printed_by_an_installation_that_nothing_can_be_written_to(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for folder in [path.parent for path in tmp_path.rglob("*.py")]:
        (folder / "__pycache__").touch()  # no folder can be made here, not even by root
    nowhere = {"HOME": "/dev/null", "TMPDIR": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    kept = {name: text for name, text in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-m", "compare", "--help"],
        cwd=tmp_path,
        env=kept | nowhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "reproduce" in done.stdout
    assert "Traceback" not in done.stderr
