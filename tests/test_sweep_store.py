"""A stored sweep ends with the same bytes, whatever interrupts it on the way."""

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import compare
from compare.files.lock import locked
from compare.sweep import crew, store
from compare.sweep.store import open_store
from systems.library import kerr

AXES = {"Delta": np.linspace(-1, 1, 8), "xi": np.linspace(0.05, 0.2, 10)}
FIXED = {"chi": 5.0, "gamma": 1.0}
KILLS = [signal.SIGKILL, signal.SIGKILL, signal.SIGINT]  # kill -9 twice as often as Ctrl-C
CHUNKS = 8  # of ten points, the axis of the drive being whole


def run(path: Path | None, **options):
    options = {"axes": AXES, "fixed": FIXED, "quantities": ["number", "g2"], **options}
    return compare.sweep(kerr.MODEL, store=path, **{"chunk": 10, "quanta": 4, **options})


def contents(folder: Path) -> dict[str, str]:
    """Every file but the one with the date, by its checksum."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.parent != folder)
    return {str(f.relative_to(folder)): sha256(f.read_bytes()).hexdigest() for f in files}


def done(folder: Path) -> int:
    return sum(path.is_file() for path in folder.glob("done/c/**/*"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("sweep") / "whole.zarr"
    run(path)
    return path


@pytest.fixture(scope="module")
def children():
    """Processes that have the libraries loaded when they start."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["compare.sweep.run", "zarr", "xarray"])
    return context


def test_what_is_stored_is_what_is_in_memory(whole):
    stored, kept = open_store(whole).load(), run(None)
    xr.testing.assert_identical(stored.drop_attrs(), kept.drop_attrs())
    assert stored["status"].attrs["flag_values"].dtype == np.uint8
    same = set(kept.attrs) - {"history"}
    assert {name: stored.attrs[name] for name in same} == {name: kept.attrs[name] for name in same}


def test_a_store_is_plain_zarr_to_others(whole):
    found = xr.open_zarr(whole, consolidated=False, chunks=None)
    assert found["numeric"].dims == ("quantity", "Delta", "xi")
    assert found["done"].values.all()


def test_a_sweep_that_is_done_computes_nothing(whole, monkeypatch):
    monkeypatch.setattr(crew, "compute", None)
    before = contents(whole)
    run(whole)
    assert contents(whole) == before


@pytest.mark.slow
def test_random_kills_of_a_run_change_no_byte(whole, tmp_path, children):
    path, chance, left = tmp_path / "killed.zarr", random.Random(1), 40
    kills = 0
    while not (path.exists() and done(path) == CHUNKS):
        child = children.Process(target=run, args=(path,))
        child.start()
        goal = (done(path) if path.exists() else 0) + chance.randrange(2, 5)
        while child.is_alive() and not (path.exists() and done(path) >= goal):
            time.sleep(0.002)
        time.sleep(0.03 * chance.random())  # somewhere in the next chunk, or in writing it
        if child.is_alive():
            os.kill(child.pid, chance.choice(KILLS))
            kills += 1
        child.join()
        left -= 1
        assert left, "the sweep does not get on"
    run(path)  # removes what the last run left behind
    assert kills > 1
    assert contents(path) == contents(whole)


def test_a_chunk_counts_only_when_it_is_flagged(whole, tmp_path, monkeypatch):
    path, written, flush = tmp_path / "torn.zarr", [], store.Store._flush

    def torn(self, name, place):
        flush(self, name, place)
        written.append(name)
        if len(written) == 3 * 6 + 4:  # of the fourth chunk four arrays are there, but no flag
            raise OSError("no space left")

    monkeypatch.setattr(store.Store, "_flush", torn)
    with pytest.raises(OSError, match="no space"):
        run(path)
    assert done(path) == 3
    monkeypatch.undo()
    run(path)
    assert contents(path) == contents(whole)


def test_what_a_killed_run_left_half_written_is_removed(whole, tmp_path):
    path = tmp_path / "left.zarr"
    (tmp_path / ".photon-blockade-left.zarr").mkdir()
    (tmp_path / ".photon-blockade-left.zarr" / "zarr.json").write_text("{")
    run(path)
    orphan = path / "numeric" / "c" / "0" / "0" / "0.abc.partial"
    orphan.write_bytes(b"half")
    run(path)
    assert contents(path) == contents(whole)
    assert [file.name for file in tmp_path.iterdir()] == ["left.zarr"]


def test_a_chunk_without_any_number_is_stored_as_well(tmp_path):
    # without a drive there are no photons to correlate
    found = run(tmp_path / "dark.zarr", axes={"Delta": [0.0, 1.0]}, fixed={**FIXED, "xi": 0.0},
                quantities="g2")  # fmt: skip
    assert set(compare.tidy(found)["status"]) == {"undefined"}
    assert (tmp_path / "dark.zarr" / "numeric" / "c").is_dir()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"fixed": {**FIXED, "chi": 4.0}}, "fixed values"),
        ({"axes": {**AXES, "xi": 2 * AXES["xi"]}}, "axes"),
        ({"quantities": ["g2"]}, "quantities"),
        ({"quanta": 6}, "truncation or solver"),
        ({"chunk": 20}, "chunk grid"),
    ],
)
def test_a_store_of_another_sweep_is_refused_by_name(change, named, whole):
    before = contents(whole)
    with pytest.raises(ValueError, match=f"differs in its {named}; name another store"):
        run(whole, **change)
    assert contents(whole) == before


def test_a_store_of_other_code_or_of_another_model_is_refused_by_name(whole, monkeypatch):
    from systems import Loss, Model

    other = Model(
        kerr.MODEL.name, kerr.MODEL.hamiltonian, (Loss(2 * kerr.gamma, kerr.a),), drive=kerr.xi
    )
    with pytest.raises(ValueError, match="differs in its model;"):
        compare.sweep(other, AXES, ["number", "g2"], FIXED, store=whole, chunk=10, quanta=4)
    monkeypatch.setattr(store, "identify_code", lambda: "other")
    with pytest.raises(ValueError, match="differs in its code or versions;"):
        run(whole)


def test_what_is_no_store_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "zarr.json").write_text(json.dumps({"attributes": {}}))
    with pytest.raises(ValueError, match=r"must be one that compare\.sweep made"):
        run(tmp_path / "mine")


def test_two_runs_do_not_write_to_one_store(whole):
    with locked(whole), pytest.raises(TimeoutError, match="must not be written by two runs"):
        run(whole)


def test_a_store_that_is_not_whole_can_be_read(whole, tmp_path, monkeypatch):
    path, computed, compute = tmp_path / "part.zarr", [], crew.compute

    def fails(*arguments):
        computed.append(arguments)
        if len(computed) > 2:
            raise RuntimeError("power cut")
        return compute(*arguments)

    monkeypatch.setattr(crew, "compute", fails)
    with pytest.raises(RuntimeError, match="power cut"):
        run(path)
    words = compare.tidy(open_store(path))["status"].value_counts()
    assert words.to_dict() == {"not computed": 120, "ok": 40}


@pytest.mark.slow
def test_without_zarr_a_sentence_says_what_to_install(tmp_path):
    code = (
        "import sys; sys.modules['zarr'] = None\nimport compare\nfrom systems import kerr\n"
        f"compare.sweep(kerr.MODEL, {{'xi': [0.1]}}, 'g2', {{'Delta': 0.0, **{FIXED}}},"
        f" store={str(tmp_path / 'a.zarr')!r})"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert 'pip install "photon-blockade[sweep]"' in found.stderr
