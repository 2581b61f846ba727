"""Files that are whole or not there, and never somebody else's."""

import json
import random
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compare.files import output
from compare.files.lock import locked
from compare.files.provenance import ROOT

FILES = {"csv": b"a\n1\n", "png": b"picture"}


def write(folder: Path, files: dict[str, bytes] = FILES, inputs: str = "same") -> None:
    output.publish(folder, "fig", files, {"inputs": inputs})


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_stem_is_its_files_and_a_sidecar_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path)
    assert names(tmp_path) == {"fig.csv", "fig.png", "fig.json"}
    assert (tmp_path / "fig.csv").read_bytes() == FILES["csv"]


def test_own_files_are_overwritten(tmp_path: Path) -> None:
    write(tmp_path)
    output.check_ours(tmp_path, "fig", FILES)
    write(tmp_path, {"csv": b"new", "png": b"new"})
    output.check_ours(tmp_path, "fig", FILES)


def test_edited_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "fig.csv").write_text("a\n2\n")
    with pytest.raises(ValueError, match=r"fig\.csv.*nobody changed since.*--force"):
        output.check_ours(tmp_path, "fig", FILES)


@pytest.mark.parametrize("name", ["fig.csv", "fig.json"])
def test_file_of_somebody_else_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")
    with pytest.raises(ValueError, match="must be one that blockade wrote"):
        output.check_ours(tmp_path, "fig", FILES)


def test_only_unchanged_files_of_the_same_inputs_are_current(tmp_path: Path) -> None:
    assert not output.is_current(tmp_path, "fig", "same")
    write(tmp_path)
    assert output.is_current(tmp_path, "fig", "same")
    assert not output.is_current(tmp_path, "fig", "other")
    (tmp_path / "fig.png").unlink()
    assert not output.is_current(tmp_path, "fig", "same")


@pytest.mark.parametrize("survivors", [0, 1, 2])
def test_death_between_two_renames_leaves_own_whole_files_and_an_unfinished_stem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survivors: int
) -> None:
    write(tmp_path)
    replace, count = Path.replace, iter(range(9))

    def die(self: Path, target: Path) -> Path:
        if next(count) >= survivors:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", die)
    new = {"csv": b"new table", "png": b"new picture"}
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, new, "new")
    assert names(tmp_path) == {"fig.csv", "fig.png", "fig.json"}
    for suffix in FILES:
        assert (tmp_path / f"fig.{suffix}").read_bytes() in (FILES[suffix], new[suffix])
    assert not output.is_current(tmp_path, "fig", "new")
    output.check_ours(tmp_path, "fig", FILES)


def test_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="must be one that can be written"):
        output.check_folder(tmp_path / "file" / "results")


def test_table_is_written_to_a_csv_file_only(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must be a file FILE\.csv"):
        output.check_csv(tmp_path / "table.json", force=False)


def test_sidecar_is_json_whatever_numbers_it_holds(tmp_path: Path) -> None:
    record = {"quanta": np.int64(6), "J": 1 + 2j, "where": np.array([1.5, 2.5])}
    output.publish(tmp_path, "fig", FILES, record)
    sidecar = json.loads((tmp_path / "fig.json").read_text())
    assert (sidecar["quanta"], sidecar["J"], sidecar["where"]) == (6, "(1+2j)", [1.5, 2.5])


def strictly(text: str) -> Any:
    """JSON as its standard has it, without NaN and infinities."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


def test_sidecar_is_json_also_of_numbers_that_json_has_no_word_for(tmp_path: Path) -> None:
    numbers = {"nan": float("nan"), "list": [np.inf, (-np.inf,)], "array": np.array([np.nan, 1])}
    odd = {("a", 1): np.float32("nan"), 2: {"deep": np.array([[np.inf]])}, "x": np.longdouble(1)}
    output.publish(tmp_path, "fig", FILES, numbers | {"odd": odd, "word": "caf\udce9"})
    sidecar = strictly((tmp_path / "fig.json").read_text())
    assert (sidecar["nan"], sidecar["list"], sidecar["array"]) == (
        None,
        ["inf", ["-inf"]],
        [None, 1.0],
    )
    assert sidecar["odd"]["2"] == {"deep": [["inf"]]}
    output.check_ours(tmp_path, "fig", FILES)


def malformed() -> list[str]:
    """Texts that a sidecar may turn into, and that say that the tool wrote them."""
    tool = '"tool": "photon-blockade"'
    shapes = ["[]", "null", "1", '"x"', '{"fig.csv": 1}', '{"fig.csv": ["x"]}', "{}"]
    texts = [f'{{{tool}, "inputs": "same", "files": {shape}}}' for shape in shapes]
    texts += [f'{{{tool}, "files": {{}}, "replaced": {shape}}}' for shape in shapes[:-1]]
    texts += ["", "{", "null", "[1, 2]", "{}", f"{{{tool}}}", "\x00", "[" * 100_000, "NaN"]
    return [*texts, f'{{{tool}, "inputs": "same", "files": {{"../fig.csv": "x"}}}}']


@pytest.mark.parametrize("number", range(len(malformed())))
def test_malformed_sidecar_is_not_ours_and_not_current(tmp_path: Path, number: int) -> None:
    (tmp_path / "fig.csv").write_bytes(FILES["csv"])
    (tmp_path / "fig.json").write_text(malformed()[number])
    assert not output.is_current(tmp_path, "fig", "same")
    with pytest.raises(ValueError, match="must be one that blockade wrote"):
        output.check_ours(tmp_path, "fig", FILES)


def test_damaged_sidecar_is_taken_or_refused_and_breaks_nothing(tmp_path: Path) -> None:
    write(tmp_path)
    path = tmp_path / "fig.json"
    text, draw = path.read_bytes(), random.Random(1)
    for _ in range(300):
        start, length = draw.randrange(len(text)), draw.randrange(1, 9)
        path.write_bytes(text[:start] + draw.randbytes(draw.randrange(9)) + text[start + length :])
        output.is_current(tmp_path, "fig", "same")
        with suppress(ValueError):
            output.check_ours(tmp_path, "fig", FILES)


@pytest.mark.parametrize("name", ["fig.csv", "fig.json"])
def test_folder_in_the_place_of_a_file_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path)
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    with pytest.raises(ValueError, match="must be one that blockade wrote"):
        output.check_ours(tmp_path, "fig", FILES)


# `compare` without its `__init__`, which loads all that computes: these processes only write
HEAD = f"""
import sys, time, types
from pathlib import Path
sys.modules["compare"] = types.ModuleType("compare")
sys.modules["compare"].__path__ = [{str(ROOT / "compare")!r}]
from compare.files import output
"""


def python(code: str, *words: object) -> subprocess.Popen[str]:
    """A process that runs the code, in which ``words`` are ``sys.argv[1:]``."""
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + textwrap.dedent(code), *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


WRITER = """
    name = sys.argv[2]
    for count in range(60):
        text = f"{name} {count} ".encode() * 20_000
        output.publish(Path(sys.argv[1]), "fig", {"csv": text, "png": text + b"picture"}, {})
"""


def is_whole(folder: Path, stem: str = "fig") -> bool:
    """Whether a set and its sidecar belong together."""
    noted = json.loads((folder / f"{stem}.json").read_text())["files"]
    return all(sha256((folder / n).read_bytes()).hexdigest() == s for n, s in noted.items())


def test_of_two_runs_into_one_folder_one_set_is_left_whole(tmp_path: Path) -> None:
    runs = [python(WRITER, tmp_path, name) for name in "ab"]
    for run in runs:
        _, errors = run.communicate(timeout=60)
        assert run.returncode == 0, errors
        with locked(tmp_path):  # the other one may be writing
            assert is_whole(tmp_path)
    assert names(tmp_path) == {"fig.csv", "fig.png", "fig.json"}


HOLDER = """
    from compare.files.lock import locked
    folder = Path(sys.argv[1])
    with locked(folder):
        (folder / f"{output.DRAFT}x{output.PART}").touch()
        print("holds", flush=True)
        time.sleep(60)
"""


def test_lock_of_a_killed_run_is_free_and_its_drafts_are_removed(tmp_path: Path) -> None:
    holder = python(HOLDER, tmp_path)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "holds\n"
    with (
        pytest.raises(TimeoutError, match="must not be written by two runs"),
        locked(tmp_path, 0.1),
    ):
        pass
    assert len(names(tmp_path)) == 1
    holder.kill()
    holder.communicate()
    output.check_folder(tmp_path)
    assert names(tmp_path) == set()
    write(tmp_path)


def test_files_of_others_that_look_like_drafts_are_kept(tmp_path: Path) -> None:
    (tmp_path / ".download.part").touch()
    write(tmp_path)
    assert ".download.part" in names(tmp_path)


# what swallows an exception that a signal handler raises: weakref callbacks, `except BaseException`
DEAF = """
    import weakref
    from compare.files.interrupts import handled

    class Thing:
        pass

    def slow(_):
        end = time.monotonic() + 1e-3
        while time.monotonic() < end:
            pass

    with handled():
        print("ready", flush=True)
        count = 0
        while True:
            thing = Thing()
            mark = weakref.ref(thing, slow)
            del thing
            try:
                text = str(count).encode() * 1000
                output.publish(Path(sys.argv[1]), "fig", {"csv": text, "png": text}, {})
            except BaseException:
                pass
            count += 1
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_signal_ends_a_run_whatever_it_is_doing_and_leaves_whole_sets(tmp_path: Path) -> None:
    draw = random.Random(2)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP) * 4:
        run = python(DEAF, tmp_path)
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        time.sleep(draw.uniform(0, 0.05))
        run.send_signal(number)
        _, errors = run.communicate(timeout=20)
        assert run.returncode == 128 + number
        assert errors == "blockade: interrupted, nothing half-written is left\n"
        left = names(tmp_path)
        assert left in (set(), {"fig.csv", "fig.png", "fig.json"})
        assert not left or is_whole(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    code = """
        import os, signal
        from compare.files.interrupts import handled
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with handled():
            os.kill(os.getpid(), signal.SIGHUP)
            time.sleep(0.01)
        print("lives")
    """
    assert python(code).communicate(timeout=20)[0] == "lives\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_run_that_waits_for_the_lock_can_be_interrupted(tmp_path: Path) -> None:
    code = """
        from compare.files.interrupts import handled
        with handled():
            print("ready", flush=True)
            output.publish(Path(sys.argv[1]), "fig", {"csv": b"x"}, {})
    """
    with locked(tmp_path):
        run = python(code, tmp_path)
        assert run.stdout is not None
        run.stdout.readline()
        time.sleep(0.1)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=20)
    assert run.returncode == 130
    assert names(tmp_path) == set()
