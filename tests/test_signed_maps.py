"""A deviation is drawn with its sign, in colours as strong as it is."""

import numpy as np
import pytest
from matplotlib.colors import SymLogNorm

import compare
from compare import curves
from compare.style import SIGNED, deviation_norm
from compare.sweep import picture
from systems.library import kerr

# at chi > 0 the formula is too large on resonance with one photon, too small with two
AXES = {"Delta": np.array([-5.0, -2.0, 0.0]), "chi": np.array([3.0, 5.0])}
FIXED = {"gamma": 1.0, "xi": 0.1}


@pytest.fixture(scope="module")
def found():
    return compare.sweep(kerr.MODEL, AXES, "number", FIXED)


def maps_of(figure):
    return [axes.collections[0] for axes in figure.axes if axes.get_ylabel() == r"$\chi$"]


def test_a_sweep_and_a_table_draw_the_same_signed_deviation_in_percent(found):
    by_sweep = maps_of(picture.draw(found))[1]
    by_table = maps_of(curves.draw(compare.tidy(found)))[1]
    percent = 100 * found["deviation"].squeeze().to_numpy().T
    assert percent.min() < 0 < percent.max()
    for drawn in (by_sweep, by_table):
        np.testing.assert_allclose(drawn.get_array(), percent, rtol=1e-12)
        assert drawn.get_cmap().name == SIGNED
        assert drawn.norm.vmax == -drawn.norm.vmin == pytest.approx(abs(percent).max())


def test_colours_of_a_deviation_are_logarithmic_only_where_it_is_large():
    assert not isinstance(deviation_norm([-30.0, 10.0]), SymLogNorm)
    wide = deviation_norm([-90.0, 1e6, np.nan])
    assert isinstance(wide, SymLogNorm)
    assert (wide.vmin, wide.vmax) == (-1000, 1000)


def test_no_deviation_at_all_is_white():
    assert deviation_norm(np.array([0.0, np.nan]))(0.0) == 0.5
