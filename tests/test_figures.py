"""The figures of the paper: their data, their pictures, and what the text reads off them."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from compare import figures
from compare.figures import fig3c, fig3d
from compare.figures.style import render


@pytest.fixture(scope="module")
def tables() -> Iterator[dict[str, pd.DataFrame]]:
    """The table of each figure at few points, among them those that the paper names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fig3c, "PHI_UM", np.array([0.1, 0.27, 0.33]))
        patch.setattr(fig3d, "R_UM", np.array([0.1, 0.35, 0.7]))
        yield {stem: figures.load(stem).compute() for stem in figures.stems()}


@pytest.mark.parametrize("stem", figures.stems())
def test_figure_is_drawn_the_same_every_time(tables: dict[str, pd.DataFrame], stem: str) -> None:
    draw = figures.load(stem).draw
    first, second = render(draw(tables[stem])), render(draw(tables[stem]))
    assert first == second
    assert first["png"].startswith(b"\x89PNG")
    assert first["pdf"].startswith(b"%PDF")


@pytest.mark.parametrize("stem", figures.stems())
def test_figure_says_in_its_first_line_which_panel_and_equation_it_is(stem: str) -> None:
    first = (figures.load(stem).__doc__ or "").split("\n")[0]
    assert first.startswith(f"Fig. {stem[3]}({stem[4]}):")
    assert "Eq" in first


def test_unknown_figure_is_answered_with_all_that_exist() -> None:
    with pytest.raises(
        ValueError, match=r"`fig9z` does not exist; there are .*fig3b, fig3c, fig3d"
    ):
        figures.load("fig9z")


def test_fig3b_coupling_vanishes_and_equals_gamma_where_the_paper_says(
    tables: dict[str, pd.DataFrame],
) -> None:
    table = tables["fig3b"]
    cut = table[np.isclose(table["r_um"], 0.35) & (table["phi_um"] < 0.55)]
    phi, ratio = cut["phi_um"].to_numpy(), cut["J_over_gamma"].to_numpy()
    # printed to two digits
    assert phi[ratio.argmin()] == pytest.approx(0.27, abs=0.005)
    crossings = phi[:-1][np.diff(np.sign(ratio - 1)) != 0]
    assert crossings == pytest.approx([0.21, 0.33], abs=0.005)


@pytest.mark.parametrize("road", ["analytic", "numeric"])
def test_fig3c_light_stays_clockwise_where_the_backscattering_vanishes(
    tables: dict[str, pd.DataFrame], road: str
) -> None:
    table = tables["fig3c"].pivot(index="phi_um", columns="quantity", values=road)
    assert table["P10"].idxmax() == 0.27
    assert table["P01"].idxmin() == 0.27


def test_fig3d_bunches_close_to_the_tip_and_is_blockaded_where_the_paper_says(
    tables: dict[str, pd.DataFrame],
) -> None:
    for road in ("analytic", "numeric"):
        g2 = tables["fig3d"].pivot(index="r_um", columns="phi_um", values=road)
        assert (g2.loc[[0.1, 0.7]] > 1).all(axis=None)
        assert g2.loc[0.35, 0.27] < 0.02
    # printed as 0.012, which is the master equation's value and not that of Eq. (7)
    assert g2.loc[0.35, 0.27] == pytest.approx(0.012, abs=0.0005)
