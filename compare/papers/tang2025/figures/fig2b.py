"""Fig. 2(b): g2(0) and N_cw against chi/gamma at three phi, Eq. (4), Eq. (6) and Eq. (7).

Cuts through the maps of Fig. 2(a) at the phi where J = 0 and at the two where |J| = gamma, with the
points that the text names.

Eq. (7) is the closed form of g2(0) and Eq. (6) that of P10, which is N_cw to leading order; Eq. (4)
is the master equation.  The claims about these points are judged in
`compare.papers.tang2025.claims.blockade`.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.path import Path

from compare.papers.panels import draw_roads, roads_legend
from compare.papers.tang2025.figures.cavities import DEVICE, PHI_UM, SIDE_UM
from compare.papers.tang2025.figures.tables import over_phi_and_chi
from compare.style import BLUE, GREEN, RED, WIDTH, styled
from systems.library import nanotip

CHI = np.unique([*np.geomspace(0.05, 10, 101), 0.1, 0.5, 3])  # chi/gamma, with the marked points
CUTS = {PHI_UM: (RED, "-"), SIDE_UM[0]: (GREEN, "-"), SIDE_UM[1]: (BLUE, "--")}
# the points that the text names: phi, chi/gamma, marker of the paper
# (two triangles there; here their common side is the point, so that they do not cover each other)
LEFT, RIGHT = (Path([(0, 1), (side, 0), (0, -1), (0, 1)], closed=True) for side in (-1.5, 1.5))
MARKED = (
    (PHI_UM, 0.1, "s"),
    (PHI_UM, 3, "o"),
    (SIDE_UM[0], 0.5, LEFT),
    (SIDE_UM[1], 0.5, RIGHT),
)
CLEAR = 0.15  # no small marker closer than this to a marked point, relative: they would touch


def compute(device: nanotip.Device = DEVICE) -> pd.DataFrame:
    """One row per phi, chi and quantity, both roads.

    Columns: ``phi_um``, ``chi_over_gamma`` and those of `compare.agreement`; chi holds the marked
    points.

    ``device`` is in SI units.  chi is varied alone and stands in units of the total loss gamma, as
    on the paper's axis; J and gamma belong to the place of the tip.
    """
    return over_phi_and_chi([*CUTS], CHI, device)


@styled
def draw(table: pd.DataFrame) -> Figure:
    """Above g2(0), below N_cw; large markers are the points of the text, open by closed form.

    Where an open marker and a filled one of the same shape lie apart, the two roads disagree about
    what the text says of that point.
    """
    figure = Figure(figsize=(WIDTH, 4.6), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    _draw_panel(upper, table[table["quantity"] == "g2"])
    _draw_panel(lower, table[table["quantity"] == "number"])
    upper.axhline(1, color="black", lw=0.6, ls=":")
    upper.set(ylabel=r"$g^{(2)}_\mathrm{cw}(0)$", yscale="log", xscale="log")
    lower.set(ylabel=r"$N_\mathrm{cw}$", xlabel=r"$\chi/\gamma$", xlim=(0.05, 10))
    lower.set_ylim(bottom=0)
    # both between the curves
    roads_legend(lower, ncols=2, loc=(0.05, 0.47))
    lower.add_artist(lower.get_legend())
    _points_legend(lower)
    return figure


def _draw_panel(axes: Axes, rows: pd.DataFrame) -> None:
    """One quantity: a curve a phi with small markers in turns, and the marked points.

    Markers of the three curves start at different rows, so that they lie side by side where the
    curves coincide.
    """
    for i, (phi, (colour, line)) in enumerate(CUTS.items()):
        label = rf"$\phi = {phi:g}\,\mu$m"
        cut = rows[rows["phi_um"] == phi]
        in_turns = range(2 * i, len(cut), 6)
        marked = np.array([n for n in in_turns if _is_clear(phi, CHI[n])])
        draw_roads(axes, cut, "chi_over_gamma", colour, label, marked, line)
    for phi, chi, marker in MARKED:
        point = rows[(rows["phi_um"] == phi) & (rows["chi_over_gamma"] == chi)]
        for road, filled in (("analytic", False), ("numeric", True)):
            axes.add_line(_large(CUTS[phi][0], marker, filled, (chi, point[road].item())))


def _is_clear(phi: float, chi: float) -> bool:
    """Whether no marked point of this curve is so close that a small marker would touch it."""
    return all(abs(chi / at - 1) > CLEAR for place, at, _ in MARKED if place == phi)


def _large(
    colour: str, marker: str | Path, filled: bool, at: tuple[float, float] | None = None
) -> Line2D:
    """A large marker in the colour of its curve, filled for the master equation.

    Without a place (``at=None``) it is one for the legend.

    ``marker`` is a sign of matplotlib or a path of one's own, ``at`` the pair (chi/gamma, value).
    """
    x, y = ([], []) if at is None else ([at[0]], [at[1]])
    face = colour if filled else "white"
    size = 9 if isinstance(marker, Path) else 6  # a path of one's own is drawn smaller
    return Line2D(x, y, ls="", marker=marker, mec=colour, mfc=face, ms=size, mew=1.2, zorder=3)


def _points_legend(axes: Axes) -> None:
    """What the large markers are.

    One entry per chi/gamma with the markers of all its points side by side, filled.
    """
    by_chi: dict[float, tuple[Line2D, ...]] = {}
    for phi, chi, marker in MARKED:
        by_chi[chi] = (*by_chi.get(chi, ()), _large(CUTS[phi][0], marker, filled=True))
    axes.legend(
        handles=[*by_chi.values()],
        labels=[rf"$\chi/\gamma = {chi:g}$" for chi in by_chi],
        handler_map={tuple: HandlerTuple(ndivide=None)},
        title="points of the text (filled: master equation,\nopen: closed form)",
        title_fontsize=7,
        alignment="left",
        ncols=3,
        loc=(0.05, 0.12),
    )
