"""Files that are whole or not there, and never somebody else's."""

import json
from pathlib import Path

import pytest

from compare import output

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
    import numpy as np

    record = {"quanta": np.int64(6), "J": 1 + 2j, "where": np.array([1.5, 2.5])}
    output.publish(tmp_path, "fig", FILES, record)
    sidecar = json.loads((tmp_path / "fig.json").read_text())
    assert (sidecar["quanta"], sidecar["J"], sidecar["where"]) == (6, "(1+2j)", [1.5, 2.5])
