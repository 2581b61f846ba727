"""A complex value is drawn by what varies along it, or not at all."""

import numpy as np
import pytest

import compare
from compare import curves
from compare.lines import on_a_line
from compare.report.subjects import of_table
from compare.sweep.picture import draw
from systems import kerr_ring

FIXED = {"Delta": 0.3, "chi": 1.0, "gamma": 1.0, "xi": 0.05}
RAY = (1 + 1j) * np.array([0.5, 1.0, 2.0])
CIRCLE = 2 * np.exp(1j * np.array([0.0, 1.5, 3.0, 4.5]))
TANGLED = np.array([1 + 1j, 2.0, 3j])
LINES = {
    "|J|": (RAY, abs(RAY)),
    "arg J": (CIRCLE, [0.0, 1.5, 3.0, 4.5]),
    "Re J": (np.array([1 + 2j, 3 + 2j]), [1.0, 3.0]),
    "Im J": (np.array([1 + 2j, 1 - 2j]), [2.0, -2.0]),
}


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_known_by_what_varies_along_it_whatever_its_unit(name):
    values, along = LINES[name]
    for unit in (1.0, 1e9):
        found, numbers = on_a_line("J", unit * values)
        assert found == name
        # angles have no unit
        assert np.allclose(numbers, np.multiply(along, 1 if "arg" in name else unit), rtol=1e-9)


def test_a_path_through_zero_and_one_that_bends_are_no_lines():
    assert on_a_line("J", (1 + 1j) * np.array([-1.0, 1.0, 2.0])) is None
    assert on_a_line("J", TANGLED) is None


@pytest.fixture(scope="module")
def grid():
    """A sweep of the ring over each path of its coupling."""

    def over(path):
        return compare.sweep(kerr_ring.MODEL, {"J": path}, "g2", FIXED, quanta=3)

    return over


def test_a_curve_over_a_ray_is_one_over_the_modulus(grid):
    axes = draw(grid(RAY)).axes[0]
    assert axes.get_xlabel() == "$|J|$"
    assert np.allclose(axes.lines[0].get_xdata(), abs(RAY), rtol=1e-12)
    table = compare.agreement(kerr_ring.MODEL, FIXED | {"J": RAY}, "g2", quanta=3)
    drawn = curves.draw(table).axes[0].lines[0].get_xdata()
    assert np.allclose(drawn, abs(RAY), rtol=1e-12)


def test_what_lies_on_no_line_has_numbers_and_no_picture(grid):
    with pytest.raises(ValueError, match="must be real or lie on a line, but `J` does not"):
        draw(grid(TANGLED))
    table = compare.agreement(kerr_ring.MODEL, FIXED | {"J": TANGLED}, "g2", quanta=3)
    assert not curves.can_be_drawn(table)
    pytest.importorskip("bokeh")
    page = of_table(kerr_ring.MODEL, table, {}).html
    assert "J is complex and lies on no line; see the numbers" in page


def test_points_that_fill_no_grid_are_no_map():
    values = FIXED | {"J": 1.0, "Delta": np.array([0.0, 1.0, 2.0]), "chi": np.array([1.0, 2.0, 3])}
    assert not curves.can_be_drawn(compare.agreement(kerr_ring.MODEL, values, "g2", quanta=3))
