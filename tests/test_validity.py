"""Maps of the critical drive: what stands in them, what is drawn, and the command."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.figure import Figure

from compare import agreement, critical_drive, validity
from compare.cli import main
from compare.laboratories import nanotip as tip
from compare.validity import maps
from compare.validity.maps import axes_of, draw, middle
from systems.library import kerr, nanotip

DELTA, CHI = np.meshgrid([0.0, 0.5, 1.0], [1.0, 3.0], indexing="ij")
VALUES = {"Delta": DELTA, "chi": CHI, "gamma": 1.0, "xi": 0.1}
MAP = ["--set", "gamma=1", "--vary", "Delta=0:1:3", "--vary", "chi=1:3:2", "--tolerance", "0.05"]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return validity(kerr.MODEL, VALUES, "g2", tolerance=0.05)


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Run a command in an empty folder; returns exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)

    def command(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        return int(ended.value.code or 0), *capsys.readouterr()

    yield command
    signal.signal(signal.SIGTERM, before)


def test_map_holds_the_critical_drive_and_the_deviation_of_each_point(table: pd.DataFrame) -> None:
    assert axes_of(table) == ["Delta", "chi"]
    row = table.iloc[3]
    point = {"Delta": row["Delta"], "chi": row["chi"], "gamma": 1.0}
    single = critical_drive(kerr.MODEL, point, "g2", tolerance=0.05)
    # the root is found to 1e-6
    assert row["critical_drive"] == pytest.approx(single.drive, rel=1e-5)
    assert row["estimate"] == pytest.approx(single.estimate, rel=1e-9)
    direct = agreement(kerr.MODEL, {**point, "xi": 0.1}, "g2")
    # truncations are converged to 1e-8
    assert row["deviation"] == pytest.approx(direct["deviation"][0], rel=1e-5)


def test_formula_is_within_the_tolerance_where_the_critical_drive_is_larger(
    table: pd.DataFrame,
) -> None:
    inside = table["critical_drive"] > table["drive"]
    assert set(inside) == {True, False}
    assert ((abs(table["deviation"]) < 0.05) == inside).all()


def test_picture_shows_both_maps_each_with_its_scale(table: pd.DataFrame) -> None:
    figure = draw(table, mark={"Delta": 0.5, "chi": 2.0})
    assert len(figure.axes) == 4
    with pytest.raises(ValueError, match="two values that vary"):
        draw(validity(kerr.MODEL, {**VALUES, "Delta": 0.0, "chi": 1.0}, "number"))


def test_geometric_steps_stand_evenly_and_lower_bounds_are_hatched() -> None:
    Delta, chi = np.meshgrid([-1.0, 0.0, 2.0], [0.001, 0.1, 10.0], indexing="ij")
    table = validity(kerr.MODEL, {**VALUES, "Delta": Delta, "chi": chi}, "number", tolerance=0.05)
    left, _ = panels = draw(table).axes[:2]
    for axes in panels:
        assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")
        # the ends of a logarithmic cell are geometric means of neighbours
        assert axes.get_ylim() == pytest.approx((1e-4, 100), rel=1e-12)
    hatched = [c for c in left.collections if c.get_hatch()]
    bounds = table["status"] == "not reached"
    assert 0 < bounds.sum() < len(table)
    assert hatched[0].get_array().count() == bounds.sum()


def test_command_writes_table_picture_and_provenance(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    code, out, error = run("validity", "kerr", *MAP, "--out", "map.csv")
    assert (code, error) == (0, "")
    assert "critical_drive" in out
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv", ".png", ".pdf", ".json"}
    assert list(pd.read_csv("map.csv").columns[:3]) == ["Delta", "chi", "critical_drive"]


def lines_and_stars(figure: Figure) -> tuple[int, int]:
    """How many legend entries are red lines, and how many are stars."""
    words = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    return sum("%" in text for text in words), words.count("operating point")


def test_map_without_a_drive_has_a_line_within_which_the_formula_holds_on_half(
    table: pd.DataFrame,
) -> None:
    figure = draw(table.drop(columns=["drive", "deviation"]), mark={"Delta": 0.5, "chi": 2.0})
    assert lines_and_stars(figure) == (1, 1)
    assert (table["critical_drive"] > middle(table)).mean() == 0.5


@pytest.fixture
def stars(
    run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], int]:
    """How many operating points are drawn on a map of the nanotip; photon numbers cost least."""

    def count(words: str) -> int:
        drawn: list[Figure] = []
        monkeypatch.setattr(maps, "draw", lambda *given: drawn.append(draw(*given)) or drawn[0])
        options = "--quantity number --tolerance 0.05 --out map.csv"
        code, _, error = run("validity", "nanotip", *words.split(), *options.split())
        assert (code, error) == (0, "")
        return lines_and_stars(drawn[0])[1]

    return count


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        "--set Delta=0 --vary r=0.3:0.4:2 --vary phi=0.2:0.35:2 --set power=4",
        "--set phi=0.27 --vary r=0.3:0.4:2 --vary chi=1e6:2e6:2 --set power=2",
    ],
)
def test_map_of_the_nanotip_shows_its_operating_point_where_its_drive_is_set(
    stars: Callable[[str], int], words: str
) -> None:
    assert stars(words) == ("power=4" in words)


def test_operating_point_of_the_nanotip_is_that_of_its_device() -> None:
    point, device = tip.operating_point({}), nanotip.Device()
    assert point["Delta"] == 0
    assert point["chi"] == device.chi
    # um and fW to SI units and back, in round-off
    assert device.drive(1e-15 * point["power"]) == pytest.approx(point["xi"], rel=1e-14)
    moved, known = tip.operating_point({"phi": 0.21}), device.parameters(0.35e-6, 0.21e-6)
    assert moved["J"] == pytest.approx(known["J"], rel=1e-14)


def test_complex_coupling_of_an_operating_point_lies_on_no_map(
    stars: Callable[[str], int],
) -> None:
    gamma = float(tip.operating_point({})["gamma"])
    point = f"--set Delta=0 --set gamma={gamma!r} --set power=4"
    assert stars(f"{point} --vary J=1e4,3e4 --vary chi=1e6:2e6:2") == 0


def test_command_gives_the_input_power_of_the_nanotip(
    run: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, _ = run("validity", "nanotip", "--set", "r=0.35", "--set", "phi=0.27",
                       "--quantity", "P10", "--tolerance", "0.1")  # fmt: skip
    assert code == 0
    assert "critical_power_fW" in out


def test_optimum_of_the_nanotip_is_tabulated_and_drawn_over_the_input_power(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    code, _, error = run("optimum", "nanotip", "--set", "r=0.35", "--set", "phi=0.21", "--set",
                         "chi=1.48e5", "--over", "chi", "--vary", "power=0.01",
                         "--out", "optimum.csv")  # fmt: skip
    assert (code, error) == (0, "")
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv", ".png", ".pdf", ".json"}
    table = pd.read_csv("optimum.csv")
    np.testing.assert_allclose(table["power_fW"], 0.01, rtol=1e-12)
    # near chi = gamma/2 jumps make the truth larger than the formula says
    assert table["true"][0] > 1.1 * table["minimum"][0]


def test_command_refuses_a_drive_that_varies(run: Callable[..., tuple[int, str, str]]) -> None:
    code, _, error = run("validity", "kerr", "--set", "gamma=1", "--set", "chi=1",
                         "--set", "Delta=0", "--vary", "xi=0.1:0.2:2")  # fmt: skip
    assert code == 2
    assert "must not vary" in error


def test_budget_command_prints_the_ladder_and_names_the_largest_part(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    point = [f"--set={name}={value}" for name, value in kerr.VALUES.items()]
    code, out, error = run("budget", "kerr", *point, "--out", "budget.csv")
    assert (code, error) == (0, "")
    assert "two corrections" in out
    assert "of which the largest part is" in out
    assert (tmp_path / "budget.png").stat().st_size > 10_000


def test_a_labelled_drive_with_an_axis_of_its_own_is_spread_by_name():
    axis = xr.DataArray([0.0, 0.5], dims="detuning", coords={"detuning": [0.0, 0.5]})
    drive = xr.DataArray([0.02, 0.05, 0.1], dims="power", coords={"power": [1.0, 2.0, 3.0]})
    fixed = {"chi": 5.0, "gamma": 1.0}
    table = validity(kerr.MODEL, {"Delta": axis, "xi": drive, **fixed}, "number")
    assert table[["detuning", "power"]].values.tolist() == [
        [x, p] for x in (0.0, 0.5) for p in (1.0, 2.0, 3.0)
    ]
    assert table["drive"].tolist() == [0.02, 0.05, 0.1] * 2
    for detuning, rows in table.groupby("detuning"):
        one = validity(kerr.MODEL, {"Delta": detuning, "xi": 0.05, **fixed}, "number")
        # both searches end at 1e-6 of the drive
        assert np.allclose(rows["critical_drive"], one["critical_drive"], rtol=3e-6)
        assert np.isclose(rows["deviation"].iloc[1], one["deviation"].iloc[0], rtol=1e-6)
