"""What each command writes: by the suffix of ``--out``, each file named, nothing where it may not.

One matrix of commands and places serves all, so that a new command cannot answer in its own way.
"""

import os
from importlib import import_module
from pathlib import Path

import pytest

import compare
from compare.cli import main
from systems import kerr

POINT = "--set chi=5 --set gamma=1"
TABLES = {
    "solve": f"solve kerr {POINT} --set xi=0.1 --vary Delta=0,1 --quanta 3",
    "compare": f"compare kerr {POINT} --set xi=0.1 --vary Delta=0,1 --quanta 3",
    "budget": f"budget kerr {POINT} --set Delta=0 --vary xi=0.1,0.2 --truncation 6",
    "validity": f"validity kerr {POINT} --vary Delta=0,1 --quanta 5",
    "optimum": f"optimum kerr {POINT} --set Delta=0.1 --vary xi=0.1 --over Delta --quanta 5",
}
STORED = {"export": "export ../map.zarr", "plot": "plot ../map.zarr"}
COMMANDS = TABLES | STORED
MADE = {
    **{(name, "csv"): {"csv", "png", "pdf"} for name in TABLES},
    **{(name, kind): {kind} for name in TABLES for kind in ("png", "pdf", "html")},
    **{("export", kind): {kind} for kind in ("nc", "csv")},
    **{("plot", kind): {kind} for kind in ("png", "pdf", "csv", "html")},
}
# a table is written with both of its pictures: one command is enough to ask for one of them alone
CASES = [(name, kind) for name in COMMANDS for kind in ("csv", "html", "nc", "txt")]
CASES += [(name, kind) for name in ("solve", "plot", "export") for kind in ("png", "pdf", "zarr")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a store beside it."""
    pytest.importorskip("zarr")
    pytest.importorskip("bokeh")
    where = tmp_path_factory.mktemp("files")
    axes, fixed = {"Delta": [0.0, 1.0], "xi": [0.1, 0.2]}, {"chi": 5.0, "gamma": 1.0}
    compare.sweep(kerr.MODEL, axes, "number,g2", fixed, store=where / "map.zarr", quanta=3)
    return where


@pytest.fixture
def run(folder, tmp_path_factory, capsys, monkeypatch):
    """Run a command in a new folder; returns exit code, standard output and error."""
    place = folder / f"run{len(list(folder.iterdir()))}"
    place.mkdir()
    monkeypatch.chdir(place)

    def command(words):
        with pytest.raises(SystemExit) as ended:
            main(words.split())
        return int(ended.value.code or 0), *capsys.readouterr()

    return command


def files():
    return {str(path) for path in Path().rglob("*") if path.is_file()}


@pytest.mark.parametrize(("name", "suffix"), CASES)
def test_the_suffix_decides_what_a_command_writes_and_it_names_each_file(run, name, suffix):
    code, said, error = run(f"{COMMANDS[name]} --out new/mine.{suffix}")
    made = MADE.get((name, suffix))
    if made is None:
        assert (code, said, files()) == (2, "", set())
        assert f"`new/mine.{suffix}`" in error
        return
    assert code == 0, error
    written = [line.removeprefix("wrote ") for line in said.splitlines() if line[:6] == "wrote "]
    assert set(written) == files() == {f"new/mine.{kind}" for kind in (*made, "json")}
    assert len(said.splitlines()) > len(written)  # a table, or what the store holds


@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_of_somebody_else_and_a_folder_are_left_alone(run, name):
    Path("mine.csv").write_text("my own numbers")
    Path("folder.csv").mkdir()
    code, said, error = run(f"{COMMANDS[name]} --out mine.csv")
    assert (code, said) == (2, "")
    assert "overwrite it with --force" in error
    code, said, error = run(f"{COMMANDS[name]} --out folder.csv --force")
    assert (code, said) == (2, "")
    assert "must be a file to write, but is a folder" in error
    assert files() == {"mine.csv"}
    assert Path("mine.csv").read_text() == "my own numbers"


@pytest.mark.parametrize(("name", "suffix"), [("solve", "PDF"), ("plot", "PNG"), ("export", "Nc")])
def test_a_suffix_in_capitals_is_the_same_suffix(run, name, suffix):
    code, said, error = run(f"{COMMANDS[name]} --out Mine.{suffix}")
    assert code == 0, error
    assert files() == {f"Mine.{suffix.lower()}", "Mine.json"}
    assert f"wrote Mine.{suffix.lower()}\n" in said


def full(*_, **__):
    raise OSError(28, "No space left on device")


def test_a_disk_that_is_full_is_told_with_the_file_that_was_asked_for(run, monkeypatch):
    monkeypatch.setattr("compare.files.output._draft", full)
    code, _, error = run(f"{TABLES['solve']} --out mine.csv")
    assert (code, files()) == (2, set())
    assert "`mine.csv` must be one that can be used, but: No space left on device." in error


def test_a_store_that_cannot_be_made_or_written_is_told_by_its_name(run, monkeypatch):
    words = f"sweep kerr {POINT} --vary xi=0.1,0.2 --set Delta=0 --quanta 3 --store my.zarr"
    store = import_module("compare.sweep.store")  # `compare.sweep` is the function
    for place, name in ((store, "_create"), (store.Store, "_flush")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, full)
            code, _, error = run(words)
        assert code == 2
        assert "`my.zarr` must be one that can be used, but: No space left on device." in error
    assert run(words)[0] == 0  # and what was left goes on


def test_a_folder_of_results_that_does_not_exist_is_called_a_folder(run):
    code, _, error = run("report results/")
    assert code == 2
    assert "Folder `results/` must be one of results, but does not exist" in error


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_that_may_not_be_written_is_refused_before_anything_is_computed(run, name):
    Path("kept").mkdir(mode=0o555)
    code, said, error = run(f"{COMMANDS[name]} --out kept/mine.csv")
    assert (code, said) == (2, "")
    assert "Folder `kept` of `--out` must be one that can be written" in error


def test_a_plot_shows_some_of_its_points_spread_over_the_axes(run):
    code, said, _ = run("plot ../map.zarr --out map.png")
    rows = [line.split() for line in said.splitlines() if " ok" in line]
    assert code == 0
    assert [row[:3] for row in rows[:4]] == [
        [Delta, xi, "number"] for Delta in ("0", "1") for xi in ("0.1", "0.2")
    ]


def test_a_store_is_no_file_and_its_name_is_free(run):
    code, said, error = run(f"sweep kerr {POINT} --vary xi=0.1,0.2 --set Delta=0 --store map.png")
    assert (code, said, files()) == (2, "", set())
    assert "`--store` must be a folder such as MAP.zarr, but is `map.png`" in error


def test_a_page_of_a_store_of_any_name_is_one_of_the_sweep(run):
    Path("../map.zarr").rename("any")
    try:
        code, said, _ = run("report any --out page.html")
    finally:
        Path("any").rename("../map.zarr")
    assert (code, said) == (0, "wrote page.html\nwrote page.json\n")
    assert "Sweep of the driven Kerr mode" in Path("page.html").read_text(encoding="utf-8")
