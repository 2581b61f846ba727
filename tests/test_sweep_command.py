"""``blockade sweep``, ``export`` and ``plot``: a store from the command line, and what it gives."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import compare
from compare.cli import main
from compare.sweep.netcdf import to_netcdf
from compare.sweep.store import open_store
from systems.library import kerr

SWEEP = ["sweep", "kerr", "--set", "gamma=1", "--vary", "Delta=-1:1:4", "--vary", "chi=0,2",
         "--vary", "xi=0.05:0.2:3", "--quanta", "4", "--chunk", "12"]  # fmt: skip


def blockade(*words):
    with pytest.raises(SystemExit) as ended:
        main(list(map(str, words)))
    return ended.value.code or 0


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("command") / "map.zarr"
    assert blockade(*SWEEP, "--store", path) == 0
    return path


def test_the_command_computes_what_the_function_does(store):
    axes = {"Delta": np.linspace(-1, 1, 4), "chi": [0.0, 2.0], "xi": np.linspace(0.05, 0.2, 3)}
    expected = compare.sweep(kerr.MODEL, axes, fixed={"gamma": 1.0}, quanta=4, chunk=12)
    found = xr.open_zarr(store, consolidated=False, chunks=None)
    for name in expected:
        np.testing.assert_array_equal(found[name], expected[name])


def test_a_sweep_says_how_many_points_are_worth_what(store, capsys):
    assert blockade(*SWEEP, "--store", store) == 0
    first, *others = capsys.readouterr().out.splitlines()
    assert first.endswith("24 points (4 Delta x 2 chi x 3 xi), quantities number, g2")
    assert [line.split(":")[0] for line in others[-2:]] == ["number", "g2"]


def test_netcdf_holds_what_the_store_does(store, tmp_path):
    assert blockade("export", store, "--out", tmp_path / "map.nc") == 0
    with xr.open_dataset(tmp_path / "map.nc") as found:
        kept = xr.open_zarr(store, consolidated=False, chunks=None)
        for name in ("analytic", "numeric", "deviation", "error", "status"):
            np.testing.assert_array_equal(found[name], kept[name])
            assert found[name].dtype == kept[name].dtype
        assert found["quantity"].values.tolist() == ["number", "g2"]
        assert found.attrs["model"] == "driven Kerr mode"
        words = compare.tidy(found.load())["status"].tolist()
    assert words == compare.tidy(open_store(store))["status"].tolist()


def test_what_the_classic_format_does_not_know_comes_back_from_netcdf_all_the_same(tmp_path):
    z, n = np.array([1 + 2j, 3 - 1j]), np.array([2**40, 7])  # complex, and more than 32 bits
    z_axis = xr.DataArray(z, dims="z", attrs={"units": "µm", "measured": True, "by": None})
    along = {
        "Delta": xr.DataArray([0.0, 1.0], dims="z"),
        "chi": xr.DataArray([2.0, 5.0], dims="n"),
    }
    found = compare.sweep(
        kerr.MODEL, {"z": z_axis, "n": n}, "g2", {**along, "gamma": 1.0, "xi": 0.1}, quanta=4
    )
    (tmp_path / "map.nc").write_bytes(to_netcdf(found))
    with xr.open_dataset(tmp_path / "map.nc") as kept:
        np.testing.assert_array_equal(kept["z_real"] + 1j * kept["z_imag"], z)
        np.testing.assert_array_equal(kept["n"], n)
        np.testing.assert_array_equal(kept["numeric"], found["numeric"])
        assert kept["status"].dtype == np.uint8
        assert kept["quantity"].values.tolist() == ["g2"]
        assert kept["z_real"].attrs["units"] == "µm"
        assert kept["z_real"].attrs["measured"] == "True"
        assert kept.attrs == found.attrs
    with pytest.raises(ValueError, match=r"Axis `n` must hold whole numbers up to 2\*\*53"):
        to_netcdf(found.assign_coords(n=[2**60, 7]))


def test_a_csv_is_the_table_of_compare(store, tmp_path):
    assert blockade("export", store, "--out", tmp_path / "map.csv") == 0
    found, line = pd.read_csv(tmp_path / "map.csv"), SWEEP[2:-2]
    assert blockade("compare", "kerr", *line, "--out", tmp_path / "table.csv") == 0
    expected = pd.read_csv(tmp_path / "table.csv")
    assert list(found.columns) == list(expected.columns)
    # points that travel in other company agree to round-off, of which six digits are printed
    np.testing.assert_allclose(found["numeric"], expected["numeric"], rtol=1e-9)


def test_files_of_one_name_stay_ours_whichever_command_writes_last(store, tmp_path):
    for kind in ("nc", "csv", "nc"):
        assert blockade("export", store, "--out", tmp_path / f"map.{kind}") == 0
    sidecar = json.loads((tmp_path / "map.json").read_text())
    assert set(sidecar["files"]) == {"map.nc"}
    assert sidecar["sweep"]["drive"] == "xi"
    (tmp_path / "map.csv").write_text("mine")
    assert blockade("export", store, "--out", tmp_path / "map.nc") == 0
    assert blockade("export", store, "--out", tmp_path / "map.csv") == 2


@pytest.mark.slow
@pytest.mark.parametrize("points", [("xi=0.05",), ("xi=0.05", "chi=2")])
def test_a_picture_is_a_map_or_a_curve(store, tmp_path, points):
    chosen = [word for point in points for word in ("--at", point)]
    assert blockade("plot", store, *chosen, "--out", tmp_path / "map.png") == 0
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_what_is_drawn_is_also_a_table_and_a_page(store, tmp_path):
    known = "plot", store, "--at", "xi=0.05", "--at", "chi=2", "--out"
    assert blockade(*known, tmp_path / "cut.csv") == 0
    whole, table = xr.open_zarr(store, consolidated=False), pd.read_csv(tmp_path / "cut.csv")
    cut = whole.sel(xi=0.05, chi=2, method="nearest")["numeric"].transpose("quantity", "Delta")
    np.testing.assert_allclose(table["numeric"], cut.values.ravel(), rtol=1e-9)  # digits of a CSV
    assert blockade(*known, tmp_path / "cut.html") == 0
    assert "<math" in (tmp_path / "cut.html").read_text()


@pytest.mark.slow
def test_settings_of_a_laboratory_are_axes_with_their_units(tmp_path):
    path = tmp_path / "tip.zarr"
    words = ["--vary", "r=0.3,0.35", "--vary", "phi=0.2:0.3:3", "--quanta", "4"]
    assert blockade("sweep", "nanotip", *words, "--store", path) == 0
    assert blockade("compare", "nanotip", *words, "--out", tmp_path / "tip.csv") == 0
    found = xr.open_zarr(path, consolidated=False, chunks=None)
    table = pd.read_csv(tmp_path / "tip.csv")
    assert found["r_um"].attrs["units"] == "µm"
    np.testing.assert_allclose(found["numeric"].values.ravel(), table["numeric"], rtol=1e-9)


@pytest.mark.slow
def test_workers_of_this_machine_compute_the_same(store, tmp_path):
    assert blockade(*SWEEP, "--workers", "1", "--store", tmp_path / "map.zarr") == 0
    kept, found = (xr.open_zarr(p, consolidated=False) for p in (store, tmp_path / "map.zarr"))
    assert found.drop_attrs().identical(kept.drop_attrs())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["plot", "STORE"], "must have one axis or two, but there are Delta, chi, xi"),
        (["plot", "STORE", "--at", "r=1"], "`--at` must name an axis (Delta, chi, xi)"),
        (["plot", "STORE", "--out", "map.nc"], "`blockade export` writes FILE.nc"),
        (["export", "STORE", "--out", "map.txt"], "must be a file FILE.nc or FILE.csv"),
        (["export", "nowhere.zarr", "--out", "map.nc"], "must be one that compare.sweep made"),
        (["sweep", "kerr", "--store", "a.zarr"], "give at least one `--vary`"),
        ([*SWEEP, "--vary", "xi=1,2", "--store", "a.zarr"], "`xi` must be given once"),
        ([*SWEEP, "--workers", "1", "--scheduler", "x", "--store", "a"], "not both be given"),
        ([*SWEEP, "--quantities", "g2", "--store", "STORE"], "differs in its quantities;"),
    ],
)
def test_wrong_words_end_with_one_sentence(words, sentence, store, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert blockade(*(store if word == "STORE" else word for word in words)) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())
