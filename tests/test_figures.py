"""The figures of the paper: their data, their pictures, and what the text reads off them."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from compare.papers.panels import thinned
from compare.papers.tang2025 import PAPER
from compare.papers.tang2025.figures import (
    efficiency,
    fig1b,
    fig1c,
    fig2a,
    fig2b,
    fig3a,
    fig3c,
    fig3d,
    fig4a,
    fig4b,
)
from compare.papers.tang2025.figures.cavities import DEVICE, unit_coupling
from compare.style import STYLE, render
from systems.library import nanotip

UM = np.array([0.1, 0.27])
COARSE = [  # few points, among them those that the paper names
    (fig1b, "TAU", np.array([0, 0.5, 1, 20])),
    (fig1c, "DETUNING", np.array([-5, -1.8, 0, 1.8, 5])),
    (fig2a, "PHIS_UM", UM),
    (fig2a, "CHI", np.array([0.1, 3])),
    (fig2b, "CHI", np.array([0.1, 0.5, 3])),
    (fig3c, "PHI_UM", np.array([0.1, 0.27, 0.33])),
    (fig3d, "R_UM", np.array([0.1, 0.35, 0.7])),
    (fig4a, "R_UM", np.array([0.35, 0.7])),
    (fig4a, "PHIS_UM", UM),
    (fig4b, "J0", np.array([0.6, 1.8])),
    (fig4b, "DETUNINGS", np.array([-1.8, 0])),
]


class Tables(dict[str, pd.DataFrame]):
    """The table of each figure, computed when it is first asked for."""

    def __missing__(self, stem: str) -> pd.DataFrame:
        self[stem] = PAPER.figure(stem).compute()
        return self[stem]


@pytest.fixture(scope="module")
def tables() -> Iterator[Tables]:
    """The table of each figure at few points, among them those that the paper names."""
    with pytest.MonkeyPatch.context() as patch:
        for module, grid, points in COARSE:
            patch.setattr(module, grid, points)
        yield Tables()


@pytest.mark.slow
@pytest.mark.parametrize("stem", PAPER.figures())
def test_figure_is_drawn_and_the_same_every_time(
    tables: dict[str, pd.DataFrame], stem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # coarse pixels: what may differ from one time to the next is not their size
    monkeypatch.setitem(STYLE, "savefig.dpi", 50)
    draw = PAPER.figure(stem).draw
    first = render(draw(tables[stem]))
    assert first["png"].startswith(b"\x89PNG")
    assert first["pdf"].startswith(b"%PDF")
    if stem in ("fig1b", "fig3a", "fig3b"):  # curves, a field, a map with an inset
        assert first == render(draw(tables[stem]))


@pytest.mark.parametrize("stem", PAPER.figures())
def test_figure_says_in_its_first_line_which_panel_and_equation_it_is(stem: str) -> None:
    first = (PAPER.figure(stem).__doc__ or "").split("\n")[0]
    assert first.startswith(f"Fig. {stem[3]}({stem[4]}):")
    assert "Eq" in first


def test_unknown_figure_is_answered_with_all_that_exist() -> None:
    with pytest.raises(
        ValueError, match=r"`fig9z` does not exist; there are .*fig3b, fig3c, fig3d"
    ):
        PAPER.figure("fig9z")


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
    # the dots of the inset: true crossings, so that they lie in the cells found on the map
    cell = phi[1] - phi[0]
    dots = np.array(unit_coupling())
    assert np.all((crossings <= dots) & (dots <= crossings + cell))


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("road", ["analytic", "numeric"])
def test_fig1b_tip_restores_the_antibunching_that_backscattering_destroys(
    tables: dict[str, pd.DataFrame], road: str
) -> None:
    g2 = tables["fig1b"].pivot(index="gamma1_tau", columns="quantity", values=road)
    assert (g2.loc[0] < g2.loc[0.5:]).all()[["g2(tau) (ideal)", "g2(tau) (tip)"]].all()
    assert g2.loc[0, "g2(tau) (no tip)"] > 1
    # 20 lifetimes: what is left of a correlation is of order exp(-20/2)
    assert g2.loc[20].to_numpy() == pytest.approx(1, abs=1e-3)


def test_fig1b_starts_at_the_printed_values(tables: dict[str, pd.DataFrame]) -> None:
    now = tables["fig1b"].query("gamma1_tau == 0").set_index("quantity")["numeric"]
    # printed as 0.009 and 0.012
    assert now["g2(tau) (ideal)"] == pytest.approx(0.009, abs=0.0005)
    assert now["g2(tau) (tip)"] == pytest.approx(0.012, abs=0.0005)


@pytest.mark.parametrize("road", ["analytic", "numeric"])
def test_fig1c_backscattering_splits_the_resonance_and_the_tip_joins_it(
    tables: dict[str, pd.DataFrame], road: str
) -> None:
    N = tables["fig1c"].pivot(index="Delta_over_gamma1", columns="quantity", values=road)
    assert N.drop(columns="N_cw (no tip)").idxmax().to_list() == [0, 0]
    assert abs(N["N_cw (no tip)"].idxmax()) == 1.8


@pytest.mark.slow
@pytest.mark.parametrize("stem", ["fig2a", "fig2b"])
def test_fig2_leading_order_of_the_photon_number_does_not_depend_on_the_nonlinearity(
    tables: dict[str, pd.DataFrame], stem: str
) -> None:
    N = tables[stem].query("quantity == 'number'")
    by_chi = N.pivot(index="chi_over_gamma", columns="phi_um", values="analytic")
    # round-off of the closed form, which holds no chi
    assert by_chi.max().to_numpy() == pytest.approx(by_chi.min().to_numpy(), rel=1e-12)
    assert (by_chi.idxmax(axis="columns") == 0.27).all()


@pytest.mark.parametrize("road", ["analytic", "numeric"])
def test_fig2b_strong_nonlinearity_alone_blocks_where_the_backscattering_vanishes(
    tables: dict[str, pd.DataFrame], road: str
) -> None:
    g2 = tables["fig2b"].query("quantity == 'g2' and phi_um == 0.27").set_index("chi_over_gamma")
    assert g2.loc[0.1, road] > 0.5
    assert g2.loc[3, road] < 0.05


def test_fig3a_levels_are_split_by_the_coupling_and_shifted_by_the_number_of_photons() -> None:
    J, chi, Delta = abs(nanotip.J), nanotip.chi, nanotip.Delta
    for quanta, levels in {
        1: {Delta - J, Delta + J},
        2: {2 * (Delta + chi - J), 2 * (Delta + chi), 2 * (Delta + chi + J)},
    }.items():
        found = fig3a.block(quanta).subs(nanotip.J, J).eigenvals()
        assert {energy.expand() for energy in found} == {level.expand() for level in levels}


@pytest.mark.parametrize("road", ["analytic", "numeric"])
def test_fig4a_efficiency_is_the_printed_one_with_the_tip_and_none_far_from_it(
    tables: dict[str, pd.DataFrame], road: str
) -> None:
    R = tables["fig4a"].pivot(index="r_um", columns="phi_um", values=road)
    # printed as 99.7 %
    assert R.loc[0.35, 0.27] == pytest.approx(0.997, abs=0.0005)
    assert (R.loc[0.7] == 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("road", ["analytic", "numeric"])
def test_fig4b_printed_numbers_belong_to_a_fixed_detuning_and_not_to_the_minimum(
    tables: dict[str, pd.DataFrame], road: str
) -> None:
    R = tables["fig4b"].pivot(index="J0_over_gamma1", columns="quantity", values=road)
    fixed, least = (
        {tip: R[fig4b.name(tip, kind)] for tip in fig4b.TIPS} for kind in fig4b.READINGS
    )
    assert fixed[fig4b.NONE][1.8] == 0
    assert 0 < fixed[fig4b.NONE][0.6] < 1
    # a laser on one of the split modes: two photons are detuned by 2 chi = 13 gamma_1
    assert least[fig4b.NONE][1.8] > 0.95
    # printed as 99.7 %
    assert fixed[fig4b.STAYS][1.8] == pytest.approx(0.997, abs=0.0005)


@pytest.mark.slow
def test_deviation_of_the_efficiency_is_its_difference_also_where_it_is_cut_off(
    tables: dict[str, pd.DataFrame],
) -> None:
    # (0.273, 0.2805) um: the closed form is cut off, the master equation is just above zero
    edge = {
        name: np.atleast_1d(value) for name, value in DEVICE.parameters(0.273e-6, 0.2805e-6).items()
    }
    for table in (tables["fig4a"], tables["fig4b"], efficiency.efficiency(edge, DEVICE)):
        difference = table["analytic"] - table["numeric"]
        # the rounding of numbers of order one
        assert table["deviation"].to_numpy() == pytest.approx(difference, rel=0, abs=1e-15)
    assert table["analytic"].item() == 0 < table["numeric"].item()
    assert abs(table["deviation"].item()) < 0.01


@pytest.mark.slow
def test_efficiency_takes_its_minimum_between_the_points_of_the_grid_of_detunings() -> None:
    bare = {name: np.atleast_1d(value) for name, value in DEVICE.without_tip().items()}
    coarse, fine = (
        efficiency.efficiency(bare, DEVICE, np.linspace(-4, 4, count)) for count in (41, 161)
    )
    # what is left of a parabola after a step of 0.2 is refined twice by four
    assert coarse["numeric"].item() == pytest.approx(fine["numeric"].item(), rel=1e-6)


def test_markers_of_curves_that_coincide_lie_side_by_side() -> None:
    dense = np.arange(60) < 20
    rows = [thinned(dense, 6, 24, 8 * i) for i in range(3)]
    assert len({*np.concatenate(rows)}) == sum(map(len, rows))


def test_efficiency_is_one_for_the_light_of_the_ideal_cavity_and_none_for_coherent_light() -> None:
    assert efficiency.ratio(0.01, 0.01) == 1
    assert efficiency.ratio(1.0, 0.01) == 0
    assert efficiency.ratio(1.5, 0.01) == 0
