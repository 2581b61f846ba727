"""Labelled arrays broadcast by name, and results carry their coordinates, on both roads."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import sympy as sp
import xarray as xr
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

import analytic
import compare
import numeric
from analytic.time.delayed import delayed_correlation as leading_delayed
from numeric import fields as of_field
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, kerr_dimer

DETUNINGS, DRIVES = np.array([-1.0, 0.0, 0.7]), np.array([0.05, 0.1])
DELTA = xr.DataArray(DETUNINGS, dims="Delta", coords={"Delta": DETUNINGS})
XI = xr.DataArray(DRIVES, dims="power", coords={"power": DRIVES**2})
LABELLED = {**kerr.VALUES, "Delta": DELTA, "xi": XI}
FEW = {**kerr.VALUES, "Delta": DELTA[:1]}
PLAIN = {**kerr.VALUES, "Delta": DETUNINGS[:, None], "xi": DRIVES}
CLOSED, SERIES = analytic.derive(kerr.MODEL), analytic.expand(kerr.MODEL)


def roads():
    state = lambda values: numeric.steady_state(kerr.MODEL, values, quanta=6)  # noqa: E731
    g2 = CLOSED.correlation("a")
    return {
        "closed form": lambda v: CLOSED.evaluate(g2, v),
        "its status": lambda v: CLOSED.status(g2, v),
        "master equation": lambda v: state(v).correlation("a"),
        "its word": lambda v: state(v).correlation_status("a"),
        "its error": lambda v: state(v).estimate("number", "a").error,
        "its certificate": lambda v: state(v).certificate.cut["g2(a)"],
        "its finer twin": lambda v: state(v).finer.number("a"),
        "its second P(n)": lambda v: state(v).distribution("a")[..., 1],
        "photons of a pulse": lambda v: (
            numeric.emitted(kerr.MODEL, v, "a", (0, 2), quanta=3, complete=False).photons
        ),
        "no jumps": lambda v: numeric.nojump_state(kerr.MODEL, v, quanta=4).number("a"),
        "field": lambda v: of_field.number(state(v), kerr.a + 0.1),
        "series": lambda v: SERIES.evaluate(SERIES.number("a"), v),
        "its uncertainty": lambda v: SERIES.assess(SERIES.number("a"), v).uncertainty,
        "its radius": lambda v: SERIES.radius(v),
    }


@pytest.mark.parametrize("road", list(roads()))
def test_labelled_values_give_the_numbers_of_plain_ones_with_their_coordinates(road):
    labelled, plain = (roads()[road](values) for values in (LABELLED, PLAIN))
    assert labelled.dims == ("Delta", "power")
    np.testing.assert_array_equal(labelled.coords["power"], DRIVES**2)
    np.testing.assert_array_equal(labelled.to_numpy(), plain)


def test_the_order_of_axes_does_not_matter_but_their_names_do():
    grid = xr.DataArray(np.add.outer(DETUNINGS, DRIVES), coords=[("x", [0, 1, 2]), ("y", [0, 1])])
    values = {**kerr.VALUES, "Delta": grid, "xi": xr.DataArray(DRIVES, dims="y")}
    turned = {**values, "Delta": grid.T}
    form = CLOSED.number("a")
    xr.testing.assert_identical(
        CLOSED.evaluate(form, values), CLOSED.evaluate(form, turned).transpose("x", "y")
    )


def test_two_values_of_different_dimensions_make_a_grid_and_not_its_diagonal():
    line = xr.DataArray(DETUNINGS, dims="x"), xr.DataArray(DETUNINGS, dims="y")
    values = {**kerr.VALUES, "Delta": line[0], "chi": line[1]}
    assert numeric.steady_state(kerr.MODEL, values, quanta=3).number("a").shape == (3, 3)


def named_results():
    state = numeric.steady_state(kerr.MODEL, FEW, quanta=3)
    pulse = numeric.emitted(kerr.MODEL, FEW, "a", (0, 2), quanta=3, complete=False)
    limit = compare.critical_drive(kerr.MODEL, FEW)
    first = SERIES.number("a")
    return {
        "spectrum": numeric.spectrum(kerr.MODEL, FEW, "a", [0.0], quanta=3),
        "g1": numeric.coherence(kerr.MODEL, FEW, "a", [0.0], quanta=3),
        "g2": numeric.filtered_correlation(kerr.MODEL, FEW, "a", 0.0, 1.0, quanta=3),
        "photons": pulse.photons,
        "status": state.status,
        "quanta": state.quanta,
        "solver": state.solver,
        "closed_form": CLOSED.evaluate(CLOSED.correlation("a"), FEW),
        "series": SERIES.evaluate(first, FEW),
        "radius": SERIES.radius(FEW),
        "terms": SERIES.terms(first, FEW),
        "critical_drive": limit.drive,
    }


def test_every_labelled_result_has_a_name_and_so_an_axis_in_a_plot_and_a_column_in_a_frame():
    for name, found in named_results().items():
        assert found.name == name
        assert name in found.to_dataframe().columns


@pytest.mark.parametrize("name", ["n", "row"])
def test_a_dimension_that_the_result_needs_itself_is_refused_by_name(name):
    state = numeric.steady_state(kerr.MODEL, {**LABELLED, "xi": XI.rename(power=name)}, quanta=3)
    with pytest.raises(ValueError, match=f"Dimension `{name}` of the values must have another"):
        state.distribution("a") if name == "n" else state.density_matrix()


def test_a_point_of_a_labelled_scan_stays_labelled():
    found = numeric.steady_state(kerr.MODEL, {**kerr.VALUES, "Delta": DELTA[1]}, quanta=5)
    assert found.number("a").coords["Delta"] == 0.0
    assert found.status.item() == "ok"
    assert found.density_matrix().dims == [[6], [6]]


def test_density_matrices_have_a_row_and_a_column():
    rho = numeric.steady_state(kerr.MODEL, LABELLED, quanta=3).density_matrix()
    assert rho.dims == ("Delta", "power", "row", "column")
    trace = sum(rho.isel(row=i, column=i) for i in range(4))
    np.testing.assert_allclose(trace, 1, rtol=1e-12)  # round-off of four populations


def test_delays_become_an_axis_of_their_own():
    taus = np.array([0.0, 0.5, 2.0])
    plain = numeric.delayed_correlation(kerr.MODEL, PLAIN, "a", taus, quanta=4)
    labelled = numeric.delayed_correlation(kerr.MODEL, LABELLED, "a", taus, quanta=4)
    named = xr.DataArray(taus, dims="delay", coords={"delay": taus, "ns": ("delay", 7 * taus)})
    both = numeric.delayed_correlation(kerr.MODEL, LABELLED, "a", named, quanta=4)
    assert labelled.dims == ("Delta", "power", "tau")
    assert both.dims == ("Delta", "power", "delay")
    np.testing.assert_array_equal(both.coords["ns"], 7 * taus)
    for found in (labelled, both):
        np.testing.assert_array_equal(found.to_numpy(), plain)
    late = leading_delayed(CLOSED, kerr.VALUES, "a", named)
    np.testing.assert_array_equal(late, leading_delayed(CLOSED, kerr.VALUES, "a", taus))
    assert late.dims == ("delay",)
    clicks = of_field.delayed_correlation(
        numeric.steady_state(kerr.MODEL, LABELLED, quanta=4), kerr.a, named
    )
    assert clicks.dims == ("Delta", "power", "delay")


def test_terms_of_a_series_come_first():
    terms = SERIES.terms(SERIES.number("a"), LABELLED)
    assert terms.dims == ("term", "Delta", "power")
    np.testing.assert_array_equal(terms, SERIES.terms(SERIES.number("a"), PLAIN))


def test_tables_have_the_coordinates_before_the_values():
    labelled, plain = (compare.agreement(kerr.MODEL, v, "g2") for v in (LABELLED, PLAIN))
    assert list(labelled.columns[:4]) == ["Delta", "power", "xi", "quantity"]
    np.testing.assert_array_equal(labelled["deviation"], plain["deviation"])
    np.testing.assert_array_equal(labelled["power"], labelled["xi"] ** 2)
    ladder = compare.budget(kerr.MODEL, LABELLED, "number")
    assert list(ladder.columns[:4]) == ["Delta", "power", "xi", "quantity"]


def test_critical_drives_lie_where_the_values_do():
    found = compare.critical_drive(kerr.MODEL, LABELLED, "number")
    assert found.drive.dims == found.status.dims == ("Delta",)
    plain = compare.critical_drive(kerr.MODEL, {**PLAIN, "Delta": DETUNINGS}, "number")
    np.testing.assert_array_equal(found.drive, plain.drive)
    here = {**LABELLED, "xi": xr.DataArray([0.1, 0.2, 0.3], dims="Delta")}
    table = compare.validity(kerr.MODEL, here, "number")
    assert table["drive"].tolist() == [0.1, 0.2, 0.3]


def test_a_complex_value_along_an_axis_keeps_the_coordinate_of_the_axis():
    phi = np.linspace(0, 1, 3)
    J = xr.DataArray(np.exp(1j * phi), dims="phi", coords={"phi": phi})
    table = compare.agreement(kerr_dimer.MODEL, {**kerr_dimer.VALUES, "J": abs(J)}, "number")
    assert table["phi"].tolist() == phi.tolist()


def test_a_variable_without_coordinates_is_labelled_as_well():
    values = {**kerr.VALUES, "Delta": xr.Variable("x", DETUNINGS)}
    assert CLOSED.evaluate(CLOSED.number("a"), values).dims == ("x",)


def test_a_dataset_serves_as_values():
    values = xr.Dataset({**kerr.VALUES, "xi": XI})
    assert CLOSED.evaluate(CLOSED.number("a"), values).dims == ("power",)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"xi": DRIVES}, TypeError, "`xi` must be a number or labelled as `Delta` is"),
        ({"xi": DELTA.assign_coords(Delta=[1, 2, 3])}, ValueError, "same coordinates .* `Delta`"),
        ({"xi": XI.rename(power="Delta")}, ValueError, "`Delta`, but have 3 and 2"),
        ({"chi": xr.full_like(DELTA, np.nan)}, ValueError, "`chi` must be finite"),
        ({"chi": xr.Dataset({"mine": DELTA})}, TypeError, r"`chi` .* is a dataset; .* \(mine\)"),
    ],
)
def test_what_cannot_be_matched_by_name_is_refused(change, error, message):
    with pytest.raises(error, match=message):
        numeric.steady_state(kerr.MODEL, {**kerr.VALUES, "Delta": DELTA, **change})


def test_axes_without_names_are_not_put_beside_axes_with_names():
    taus = xr.DataArray([0.0, 1.0], dims="Delta")
    with pytest.raises(ValueError, match="`taus` must have axes of its own, but `Delta`"):
        numeric.delayed_correlation(kerr.MODEL, LABELLED, "a", taus)
    with pytest.raises(TypeError, match="`taus` must be a plain array"):
        numeric.delayed_correlation(kerr.MODEL, PLAIN, "a", taus)
    with pytest.raises(TypeError, match="must be a number or labelled as"):
        compare.critical_drive(kerr.MODEL, PLAIN, "g2", tolerance=0.1 * abs(DELTA))
    with pytest.raises(TypeError, match="must be a number or labelled as"):
        compare.critical_drive(kerr.MODEL, LABELLED, "g2", tolerance=[0.01, 0.02])


def test_a_labelled_tolerance_spreads_the_critical_drive_over_its_axis():
    """A two-level atom is off by 2 s, s = 4 xi^2/gamma^2: see `compare.critical_drive`."""
    rate, xi = sp.symbols("rate xi", positive=True)
    drive = xi * (SigmaPlus("s") + SigmaMinus("s"))
    atom = Model("atom", drive, (Loss(rate, SigmaMinus("s")),), xi)
    bound = xr.DataArray([1e-3, 1e-2, 0.1], dims="bound", coords={"bound": [1e-3, 1e-2, 0.1]})
    rates = xr.DataArray([1.0, 2.0], dims="rate")
    found = compare.critical_drive(atom, {"rate": rates}, "P1", tolerance=bound)
    expected = rates * np.sqrt(bound / 8)
    assert set(found.drive.dims) == {"rate", "bound"}
    # the critical drive is exact to half a percent
    np.testing.assert_allclose(found.drive.transpose(*expected.dims), expected, rtol=5e-3, atol=0)


@pytest.mark.slow
def test_plain_arrays_do_not_import_xarray():
    code = (
        "import sys, numeric, analytic, compare\nfrom systems import kerr\n"
        "v = {**kerr.VALUES, 'xi': [0.1, 0.2]}\nnumeric.steady_state(kerr.MODEL, v).number('a')\n"
        "compare.agreement(kerr.MODEL, v)\nprint('xarray' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.stdout.strip() == "False", found.stderr


def test_labelled_drives_of_an_optimum_are_plain_numbers_of_its_table():
    values = {"Delta_a": 0.0, "Delta_s": 0.0, "kappa": 1.0, "gamma": 1.0, "g": 0.7}
    drives = xr.DataArray([0.01], dims="power", coords={"power": [1e-4]})
    found = [
        compare.optimum(jaynes_cummings.MODEL, values, "g", d, corrections=[])
        for d in (drives, [0.01])
    ]
    pd.testing.assert_frame_equal(*found)


FREQUENCIES = xr.DataArray([-1.0, 0.5], dims="detuning", coords={"detuning": [-1.0, 0.5]})
MOMENTS = xr.DataArray([0.0, 1.0], dims="t", coords={"t": [0.0, 1.0], "ns": ("t", [0.0, 7.0])})
IN_TIME = {
    "spectrum": (numeric.spectrum, "a", FREQUENCIES),
    "coherence": (numeric.coherence, "a", MOMENTS),
    "evolve": (lambda *known, **more: numeric.evolve(*known, **more).number("a"), MOMENTS),
}


@pytest.mark.parametrize("name", IN_TIME)
def test_an_axis_that_has_a_name_keeps_it_and_its_coordinates(name):
    function, *where, axis = IN_TIME[name]
    dim, plain = axis.dims[0], axis.to_numpy()
    found = function(kerr.MODEL, LABELLED, *where, axis, quanta=3)
    assert set(found.dims) == {"Delta", "power", dim}
    assert found.coords.keys() >= axis.coords.keys()
    expected = function(kerr.MODEL, PLAIN, *where, plain, quanta=3)
    order = (dim, ...) if name == "evolve" else (..., dim)
    np.testing.assert_array_equal(found.transpose(*order).to_numpy(), expected)
    alone = function(kerr.MODEL, kerr.VALUES, *where, axis, quanta=3)
    assert alone.dims == (dim,)
    np.testing.assert_array_equal(alone.coords[dim], plain)
    with pytest.raises(TypeError, match="must be a plain array where values are plain arrays"):
        function(kerr.MODEL, PLAIN, *where, axis, quanta=3)
    with pytest.raises(ValueError, match="`power` is one of the values as well"):
        function(kerr.MODEL, LABELLED, *where, axis.rename({dim: "power"}), quanta=3)


def test_two_filters_broadcast_by_the_names_of_their_axes():
    other = xr.DataArray([0.0, 0.5, 1.0], dims="second")
    known = kerr.MODEL, kerr.VALUES, "a"
    found = numeric.filtered_correlation(*known, FREQUENCIES, 2.0, other, quanta=3)
    assert found.dims == ("detuning", "second")
    plain = FREQUENCIES.to_numpy()[:, None], 2.0, other.to_numpy()
    expected = numeric.filtered_correlation(*known, *plain, quanta=3)
    np.testing.assert_array_equal(found.to_numpy(), expected)
