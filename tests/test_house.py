"""The rules of the house: who may import whom, one noun a file, silent numerics, no stray names."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from compare.cli.app import app
from compare.files.provenance import PACKAGES, ROOT, locate
from systems.library import SYSTEMS

ALLOWED = {
    "systems": {"systems"},
    "analytic": {"systems", "analytic"},
    "numeric": {"systems", "numeric"},
    "compare": set(PACKAGES),
}
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
PAPERS = ROOT / "compare" / "papers"
LABORATORIES = ROOT / "compare" / "laboratories"
LIBRARY = ROOT / "systems" / "library"
OLD_PATHS = ROOT / "systems" / "renamed.py"  # its table is made of names
COMMANDS = ROOT / "compare" / "cli" / "commands"  # files are called what one types
# one noun on several floors, with the same method names
TWINS = {"fields", "delayed", "heisenberg"}
FLOORS = 8  # of numeric: what is taught in one sitting


def where(path: Path) -> str:
    return str(path.relative_to(ROOT))


def general() -> list[Path]:
    """The files that belong neither to a paper nor to a listed system or its laboratory."""
    apart = (PAPERS, LIBRARY, LABORATORIES)
    return [p for p in FILES if p != OLD_PATHS and not any(map(p.is_relative_to, apart))]


def imports(path: Path) -> set[str]:
    """Dotted names of this project that the file imports, wherever in its text."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in found if name.split(".")[0] in PACKAGES}


def test_no_import_is_relative() -> None:
    nodes = ((p, n) for p in FILES for n in ast.walk(ast.parse(p.read_text(encoding="utf-8"))))
    assert not [where(p) for p, n in nodes if isinstance(n, ast.ImportFrom) and n.level]


def graph(files: list[Path]) -> dict[Path, set[Path]]:
    """Which of the files each imports, wherever in its text; packages count by what they hold."""
    chosen = {path for path in files if path.name != "__init__.py"}
    found = {path: set(map(locate, imports(path))) for path in chosen}
    return {path: {p for p in paths if p in chosen} - {path} for path, paths in found.items()}


@pytest.mark.parametrize("path", FILES, ids=where)
def test_imports_run_one_way_and_the_two_roads_never_meet(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    assert {name.split(".")[0] for name in imports(path)} <= ALLOWED[package]


def test_there_is_no_circle_of_imports() -> None:
    TopologicalSorter(graph(FILES)).prepare()  # raises CycleError, naming the circle


def test_the_numeric_road_has_few_floors() -> None:
    files = [path for path in FILES if path.is_relative_to(ROOT / "numeric")]
    edges, floor = graph(files), dict[Path, int]()
    for path in TopologicalSorter(edges).static_order():
        floor[path] = 1 + max((floor[below] for below in edges[path]), default=0)
    assert max(floor.values()) <= FLOORS, sorted(floor.items(), key=lambda item: -item[1])[:9]


@pytest.mark.parametrize("package", ["analytic", "numeric", "compare"])
def test_no_room_of_a_package_leads_back_to_one_above_it(package: str) -> None:
    def room(path: Path) -> str:
        return path.relative_to(ROOT / package).parts[0]

    files = [path for path in FILES if path.is_relative_to(ROOT / package)]
    rooms: dict[str, set[str]] = {room(path): set() for path in files}
    for path, below in graph(files).items():
        rooms[room(path)] |= set(map(room, below)) - {room(path)}
    TopologicalSorter(rooms).prepare()


def test_no_two_files_share_a_name_but_twins_on_the_roads() -> None:
    files = [path for path in general() if not path.is_relative_to(COMMANDS)]
    stems = Counter(p.stem for p in files if p.stem not in {"__init__", "__main__"})
    twice = {stem for stem, count in stems.items() if count > 1} - TWINS
    assert not twice, [where(p) for p in files if p.stem in twice]


def test_every_command_is_the_function_in_the_file_of_its_name() -> None:
    homes = {f"{c.callback.__module__}.{c.callback.__name__}" for c in app.registered_commands}
    files = {path.stem for path in COMMANDS.glob("*.py")} - {"__init__"}
    assert homes == {f"compare.cli.commands.{name}.{name}" for name in files}


def test_no_module_is_named_like_one_of_the_standard_library() -> None:
    assert not {path.stem for path in FILES} & sys.stdlib_module_names


def test_every_file_that_the_map_of_rooms_names_is_there() -> None:
    folders = (*PACKAGES, "tests", "benchmarks", "docs")
    there = [f"/{where(path)}" for folder in folders for path in (ROOT / folder).rglob("*.py")]
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w/]+\.py)`", text))  # often within the folder named before
    assert len(named) > 100
    assert not [name for name in named if not any(p.endswith(f"/{name}") for p in there)]


def definitions(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


def test_no_two_public_classes_share_a_name() -> None:
    names = Counter(name for path in general() for name in definitions(path))
    assert not {name for name, count in names.items() if count > 1}


@pytest.mark.parametrize("path", general(), ids=where)
def test_general_code_names_no_listed_system_and_no_paper(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.name == "__init__.py":  # re-exports aside
        tree.body = [n for n in tree.body if not isinstance(n, ast.Import | ast.ImportFrom)]
    papers = {folder.name for folder in PAPERS.iterdir() if folder.is_dir()}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
              for alias in node.names}  # fmt: skip
    names |= {part for name in imports(path) for part in name.split(".")}
    assert not names & (set(SYSTEMS) | papers)


@pytest.mark.parametrize(
    "path", [p for p in FILES if not p.is_relative_to(ROOT / "compare")], ids=where
)
def test_nothing_below_the_comparison_prints_or_draws_a_bar_by_itself(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {n.func.id for n in ast.walk(tree)
              if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}  # fmt: skip
    loaded = {alias.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import)
              for alias in n.names}  # fmt: skip
    loaded |= {n.module.split(".")[0] for n in ast.walk(tree)
               if isinstance(n, ast.ImportFrom) and n.module}  # fmt: skip
    assert "print" not in called
    assert path.name == "progress.py" or "tqdm" not in loaded


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("import systems, analytic", {"matplotlib", "qutip", "numba", "pandas"}),
        ("import compare.cli", {"matplotlib", "qutip", "numba", "pandas", "scipy"}),
    ],
)
def test_heavy_libraries_are_imported_where_they_are_used(code: str, heavy: set[str]) -> None:
    script = f"import sys\n{code}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert not heavy & set(found.stdout.split())
