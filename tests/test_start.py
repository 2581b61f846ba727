"""What starts: the command without numerical libraries, and `compare` in any order of imports."""

import itertools
import random
import subprocess
import sys
import tomllib
from importlib.metadata import version
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

import compare
from compare.files.interrupts import INTERRUPTED
from compare.files.provenance import PACKAGES, ROOT

HEAVY = {"matplotlib", "qutip", "numba", "pandas", "scipy", "numpy", "sympy"}


def python(code: str) -> str:
    """What a new process prints that runs the code."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], *([name, "--help"] for name in ("reproduce", "optimum"))]
)
def test_what_computes_nothing_loads_no_library_that_computes(words: list[str]) -> None:
    code = f"""
import sys
from compare.cli import main
try:
    main({words})
except SystemExit as ended:
    assert not ended.code
print("loaded", *{{name.split(".")[0] for name in sys.modules}})
"""
    loaded = python(code).rpartition("loaded ")[2].split()
    assert not HEAVY & set(loaded)


FUNCTIONS = ("agreement", "budget", "validity")  # and modules of the same name
FIRST = [
    "import compare",
    *(f"from compare import {name}" for name in FUNCTIONS),
    *(f"import compare.{name}" for name in FUNCTIONS),
    "from compare.agreement import agreement",
    "from compare.budget import budget, waterfall",
    "from compare.validity.table import validity",
    "from compare.validity import maps",
]


@pytest.mark.slow
def test_a_function_is_never_hidden_by_the_module_of_its_name() -> None:
    tests = [f"compare.{name}.__name__ == '{name}'" for name in FUNCTIONS]
    check = f"import compare; assert {' and '.join(tests)}"
    fresh = "[sys.modules.pop(name) for name in [*sys.modules] if name.startswith('compare')]"
    pairs = [f"{fresh}\n{a}\n{b}\n{check}" for a, b in itertools.permutations(FIRST, 2)]
    python("\n".join(["import sys", *random.Random(3).sample(pairs, 6)]))


def test_every_public_name_is_found_and_listed() -> None:
    assert set(compare.__all__) == compare.HOMES.keys() <= set(dir(compare))
    for name in compare.__all__:
        assert getattr(compare, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'agrement'"):
        _ = compare.agrement  # type: ignore[attr-defined]


def test_version_is_the_installed_one_and_that_of_the_citation() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"\nversion: {declared}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"\n## [{declared}]" in (ROOT / "CHANGELOG.md").read_text()
    words = [sys.executable, "-m", "compare", "--version"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"blockade {version('photon-blockade')}\n"


def test_the_extra_and_the_group_of_developers_hold_the_same() -> None:
    found = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert found["dependency-groups"]["dev"] == found["project"]["optional-dependencies"]["dev"]


def test_wheel_tells_type_checkers_that_every_package_is_typed(tmp_path: object) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    names = ZipFile(wheel).namelist()
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)


STRUCK = """
import os, signal, sys

class Striker:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.{signal})

sys.meta_path.insert(0, Striker())
sys.argv = {words}
from compare.cli import main
main()
"""


@pytest.mark.parametrize("module", ["systems", "compare.cli", "compare.cli.app", "typer"])
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_while_the_command_is_loaded_ends_it_without_a_traceback(
    module: str, name: str, code: int
) -> None:
    script = STRUCK.format(module=module, signal=name, words=["/usr/bin/blockade", "systems"])
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr == f"{INTERRUPTED}\n"


def test_importing_the_project_leaves_signals_to_the_program_that_does() -> None:
    python("import signal, compare; assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL")
