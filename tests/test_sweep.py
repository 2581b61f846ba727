"""A sweep is the table of both roads on a grid, with names, units and flags."""

import os

import numpy as np
import pytest
import xarray as xr
from sympy.physics.quantum import Dagger

import compare
from compare.sweep.grid import read_grid
from compare.sweep.portion import MISSING, STATUSES
from systems import Loss, Model
from systems.library import kerr, kerr_dimer, kerr_ring, parametric_kerr

AXES = {"Delta": np.linspace(-1, 1, 5), "chi": np.array([0.0, 1.0, 5.0])}
FIXED = {"gamma": 1.0, "xi": 0.1}


@pytest.fixture(scope="module")
def found():
    return compare.sweep(kerr.MODEL, AXES, ["number", "g2", "P2"], FIXED, chunk=6)


def test_the_table_of_a_sweep_is_that_of_agreement(found):
    named = {name: xr.DataArray(axis, dims=name) for name, axis in AXES.items()}
    expected = compare.agreement(kerr.MODEL, named | FIXED, ["number", "g2", "P2"])
    table = compare.tidy(found)
    assert list(table.columns) == list(expected.columns)
    for name in ("Delta", "chi", "quantity", "resolved", "status"):
        assert table[name].tolist() == expected[name].tolist()
    # points that travel in other company agree to the 1e-8 to which truncations are chosen
    np.testing.assert_allclose(table["numeric"], expected["numeric"], rtol=1e-8)
    np.testing.assert_allclose(table["deviation"], expected["deviation"], rtol=1e-6, atol=1e-8)


def test_dimensions_are_the_quantity_and_the_axes_by_name(found):
    assert found["numeric"].dims == ("quantity", "Delta", "chi")
    linear = found.sel(quantity="g2", chi=0.0)["numeric"]
    np.testing.assert_allclose(linear, 1, rtol=1e-8)  # a linear mode is coherent


def test_the_deviation_is_the_ratio_of_the_roads_less_one(found):
    xr.testing.assert_allclose(
        found["deviation"], found["analytic"] / found["numeric"] - 1, rtol=1e-12, atol=1e-14
    )
    # a number that is "ok" is known to a millionth at least
    assert (found["error"] <= 1e-6 * abs(found["numeric"])).all()


def test_attributes_follow_the_conventions_for_climate_and_forecast(found):
    status = found["status"]
    flags, words = status.attrs["flag_values"], status.attrs["flag_meanings"].split()
    assert status.dtype == flags.dtype == np.uint8
    assert dict(zip(words, flags.tolist(), strict=True))["leading_order_vanishes"] == 6
    assert [word.replace("_", " ") for word in words[:-1]] == [str(word) for word in STATUSES]
    assert all(found[name].attrs["units"] == "1" for name in ("analytic", "error"))
    assert all("long_name" in found[name].attrs for name in found.variables)
    assert found.attrs["model"] == "driven Kerr mode"
    assert all(isinstance(value, str) for value in found.attrs.values())


def test_an_axis_keeps_the_unit_that_it_is_given():
    named = xr.DataArray([0.0, 1.0], dims="Delta", attrs={"units": "rad/us"})
    found = compare.sweep(kerr.MODEL, {"Delta": named}, "number", {**FIXED, "chi": 1.0})
    assert found["Delta"].attrs["units"] == "rad/us"


def test_the_status_is_that_of_the_pair():
    axes = {"G": [2e-4j, 1e-4j], "xi": [0.01, 0.02]}
    fixed = {"Delta": 0.0, "chi": 0.1, "gamma": 1.0}
    found = compare.sweep(parametric_kerr.MODEL, axes, "g2", fixed)
    words = compare.tidy(found)["status"].tolist()
    assert words == ["leading order vanishes", "ok", "ok", "ok"]
    assert list(compare.tidy(found).columns[:3]) == ["G_real", "G_imag", "xi"]


def test_values_along_an_axis_of_another_name():
    phi = np.linspace(0, 1, 4)
    J = xr.DataArray(1 + phi, dims="phi", coords={"phi": phi})
    fixed = {**kerr_dimer.VALUES, "J": J}
    del fixed["Delta"]
    found = compare.sweep(kerr_dimer.MODEL, {"Delta": [0.0, 0.1], "phi": phi}, "g2", fixed)
    alone = compare.agreement(kerr_dimer.MODEL, {**fixed, "Delta": 0.1, "J": 1 + phi[2]}, "g2")
    here = found.isel(quantity=0, Delta=1, phi=2)
    np.testing.assert_allclose(here["numeric"], alone["numeric"][0], rtol=1e-8)


def test_bits_do_not_depend_on_the_number_of_cores(monkeypatch):
    axes = {"Delta": np.linspace(-1, 1, 20), "chi": np.linspace(0.1, 5, 20)}
    sums = set()
    for cores in (1, 2, 64):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        found = compare.sweep(kerr.MODEL, axes, "g2", FIXED, chunk=200)
        sums.add(found["numeric"].to_numpy().tobytes())
    assert len(sums) == 1


def test_chunks_cover_each_point_once():
    axes = {"Delta": np.arange(7.0), "chi": np.arange(5.0), "xi": 0.1 + np.arange(3)}
    grid = read_grid(kerr.MODEL, axes, {"gamma": 1.0}, chunk=10)
    covered = np.zeros(grid.shape, int)
    for place in grid.chunks():
        covered[grid.slices(place)] += 1
    assert (covered == 1).all()
    assert max(map(grid.count, grid.chunks())) <= 10


def test_the_axis_of_the_drive_stays_whole():
    axes = {"xi": np.linspace(0.01, 0.1, 50), "Delta": np.arange(9.0)}
    grid = read_grid(kerr.MODEL, axes, {"chi": 1.0, "gamma": 1.0}, chunk=20)
    assert grid.chunk == (50, 1)


def test_a_chunk_of_more_modes_has_fewer_points():
    def points(model, values):
        axes = {"Delta": np.linspace(0, 1, 100_000)}
        values = {name: value for name, value in values.items() if name != "Delta"}
        return read_grid(model, axes, values).chunk[0]

    counts = [points(module.MODEL, module.VALUES) for module in (kerr, kerr_dimer, kerr_ring)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 4 * counts[1]


@pytest.mark.parametrize(
    ("axes", "fixed", "message"),
    [
        ({}, FIXED, "`axes` must hold at least one axis"),
        ({"Delta": [[0.0]], "chi": [1.0]}, FIXED, "Axis `Delta` must be a list of numbers"),
        ({"Delta": [0.0, np.nan], "chi": [1.0]}, FIXED, "Axis `Delta` must be finite"),
        ({"Delta": [], "chi": [1.0]}, FIXED, "Axis `Delta` must be a list of numbers"),
        ({"error": [0.0], "Delta": [0.0]}, FIXED, "Axis `error` must have another name"),
        ({"Delta": [0.0], "xi": [1.0]}, {**FIXED, "chi": 1}, "`xi` must be given once"),
        ({"Delta": [0.0], "phi": [0.0, 1]}, {**FIXED, "chi": 1}, "Axis `phi` must be a symbol"),
        ({"Delta": [0.0, 1]}, {**FIXED, "chi": [1, 2]}, "whose axes have no names"),
        ({"Delta": [0.0]}, FIXED, "must hold a value for chi"),
        ({"Dleta": [0.0]}, {**FIXED, "chi": 1.0}, "Axis `Dleta` must be a symbol|Dleta"),
        (
            {"Delta": [0.0, 1]},
            {**FIXED, "chi": xr.DataArray([1.0, 2], dims="Delta", coords={"Delta": [3, 4]})},
            "`chi` must have the coordinates of the axis `Delta`",
        ),
        (
            {"Delta": [0.0, 1]},
            {**FIXED, "chi": xr.DataArray([1.0, 2], dims="x")},
            "`chi` must lie along the axes Delta, but has `x`",
        ),
        ({"gamma": [1.0, 0.0]}, {"Delta": 0, "chi": 1, "xi": 0.1}, "`gamma` .* must be positive"),
    ],
)
def test_bad_grids_are_refused_before_anything_is_computed(axes, fixed, message):
    with pytest.raises((ValueError, TypeError), match=message):
        compare.sweep(kerr.MODEL, axes, "g2", fixed)


def test_bad_quantities_and_chunks_are_refused():
    with pytest.raises(ValueError, match="Quantity `g1` is not known"):
        compare.sweep(kerr.MODEL, AXES, "g1", FIXED)
    with pytest.raises(ValueError, match="`chunk` must be a positive integer"):
        compare.sweep(kerr.MODEL, AXES, "g2", FIXED, chunk=0)


def test_what_is_not_computed_has_a_flag_of_its_own(found):
    part = found.copy(deep=True)
    part["status"][0, 0, 0] = MISSING
    assert compare.tidy(part)["status"][0] == "not computed"


def test_a_model_without_closed_forms_has_the_master_equation_alone():
    bath = (*kerr.MODEL.losses, Loss(kerr.gamma / 9, Dagger(kerr.a)))
    thermal = Model("thermal", kerr.MODEL.hamiltonian, bath, drive=kerr.xi)
    fixed = {"chi": 0.0, "gamma": 1.0, "xi": 1e-3}
    found = compare.sweep(thermal, {"Delta": [0.0, 1.0]}, "number", fixed, quanta=12)
    assert np.isnan(found["analytic"]).all()
    assert set(compare.tidy(found)["status"]) == {"no formula"}
    assert "number" in found.attrs["without_formula"]
    # a bath that adds a ninth of what is lost keeps 1/8 of a photon there
    np.testing.assert_allclose(found["numeric"], 1 / 8, rtol=1e-4)  # the drive adds 4e-6
