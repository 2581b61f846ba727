"""Panels of the papers whose claims are data: both roads, and what they are there to show."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from compare import results
from compare.papers.panels import draw_roads
from compare.style import STYLE, render
from systems.library import kerr_dimer
from systems.status import Status

OTHERS = [figure for figure in results.figures() if figure.paper.place]
COARSE = {  # few points, among them those that the paper names
    "huang2018/figdirections": ("K", np.array([0.5, 1.5, 2.5])),
    "liew2010/figzero": ("U", np.array([0.01, 0.042843, 0.1])),
    "fischer2017/fighomodyne": ("STRENGTH", np.array([0.01, 0.4])),
}


@pytest.mark.parametrize("figure", OTHERS, ids=lambda figure: figure.name)
def test_a_panel_says_what_it_shows_and_at_which_drive(figure: results.PaperResult) -> None:
    text = import_module(figure.module).__doc__ or ""
    assert text.startswith(("Main claim: ", "Budget of "))
    assert any(word in text for word in ("drive", " fW", "F/gamma", "F = ", "xi = "))


def test_a_curve_has_no_gap_where_only_the_leading_order_vanishes() -> None:
    words = ["ok", Status.VANISHES, Status.NOT_CONVERGED]
    rows = pd.DataFrame({"x": [1, 2, 3], "numeric": [3.0, 1.0, 2.0], "analytic": [3.0, 0.0, 9.0],
                         "resolved": [True, False, False], "status": words})  # fmt: skip
    axes = Figure().subplots()
    draw_roads(axes, rows, "x", "black", "g2")
    assert np.isnan(axes.lines[0].get_ydata()).tolist() == [False, False, True]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """The tables of the figures with a grid, at few points, drawn once."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(STYLE, "savefig.dpi", 50)  # coarse pixels
        for name, (grid, points) in COARSE.items():
            figure = results.find(name).paper.figure(name.partition("/")[2])
            patch.setattr(figure, grid, points)
            found[name] = figure.compute()
            assert render(figure.draw(found[name]))["png"].startswith(b"\x89PNG")
    return found


@pytest.mark.slow
def test_one_laser_is_blocked_one_way_and_bunched_the_other(
    tables: dict[str, pd.DataFrame],
) -> None:
    table = tables["huang2018/figdirections"]
    g2 = table.pivot(index="k", columns="way", values="numeric")
    # two-photon resonance of one direction is one-photon resonance of the other: k and 3 - k
    assert g2.loc[1.5, "against"] < 0.0015
    assert g2.loc[1.5, "along"] == pytest.approx(662.6, abs=0.05)  # target_checks.json, T002
    # a mirror but for the 1.5 % by which 29 kHz misses U/2
    assert g2.loc[2.5, "against"] == pytest.approx(g2.loc[1.5, "along"], rel=0.1)


@pytest.mark.slow
def test_jumps_fill_the_zero_as_the_square_of_the_drive(tables: dict[str, pd.DataFrame]) -> None:
    table = tables["liew2010/figzero"]
    zero = float(kerr_dimer.nonlinearity.subs({kerr_dimer.J: 3, kerr_dimer.gamma: 1}))
    at_zero = table[np.isclose(table["U"], zero, rtol=1e-4)].set_index("drive")["numeric"]
    # terms of the next order, 40 F^2 or less
    assert at_zero[0.1] / at_zero[0.01] == pytest.approx(100, rel=0.1)


@pytest.mark.slow
def test_interference_takes_classical_light_away_at_any_drive(
    tables: dict[str, pd.DataFrame],
) -> None:
    table = tables["fischer2017/fighomodyne"]
    g2 = table.pivot(index="strength", columns="light", values="numeric")
    assert (g2["with interference"] < 0.01 * g2["without interference"]).all()
    weak = table[table["strength"] == 0.01]
    # the deviation is of second order in the drive: 1/1600 of that at 0.4, some tens of percent
    assert abs(weak["deviation"]).max() < 1e-3
