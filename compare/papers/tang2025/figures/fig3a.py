"""Fig. 3(a): eigenenergies up to two quanta of Eqs. (1)-(3) without drive, and transition paths.

The undriven Hamiltonian conserves the number of quanta, so its eigenenergies are those of one
small matrix per number, taken from the symbolic Hamiltonian in the frame of the laser.  With
cross-Kerr 2 chi the Kerr term is chi N (N - 1): the levels are +-|J|, and 2 chi, 2 chi +- 2 |J|.

Two quanta feel the nonlinearity and one does not: that is what blocks the second photon.  With J =
0 the level of two photons is shifted away from twice the laser's frequency by 2 chi.  With |J| =
gamma and chi = gamma/2 the shift is within the linewidth, and the light is blocked because the two
paths to |2,0> cancel.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import sympy as sp
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analytic import fock
from analytic.fock import occupations
from compare.style import BLUE, GREEN, GREY, RED, WIDTH, styled
from systems.library import nanotip

LABELS = {
    "two paths": "$\\chi/\\gamma = 0.5$\n$|J| = \\gamma$",
    "one path": "$\\chi/\\gamma = 3$\n$J = 0$",
}
CASES = {  # in units of gamma
    "two paths": {nanotip.chi: 0.5, nanotip.J: 1, nanotip.Delta: 0},
    "one path": {nanotip.chi: 3, nanotip.J: 0, nanotip.Delta: 0},
}
PHOTON = 9.0  # drawn height of an optical photon in gamma: not to scale


def compute() -> pd.DataFrame:
    """One row per level: energy in gamma, above as many photons of the laser (Delta = 0).

    Columns: ``case`` (of `CASES`), ``quanta``, ``basis`` (eigenstate or Fock state), ``state``,
    ``energy_over_gamma``.

    >>> table = compute()
    >>> rows = table[(table["case"] == "one path") & (table["quanta"] == 2)]
    >>> rows[rows["basis"] == "eigenstate"]["energy_over_gamma"].tolist()
    [6.0, 6.0, 6.0]
    """
    rows = [
        {"case": case, "quanta": quanta, "basis": basis, "state": state, "energy_over_gamma": E}
        for case, values in CASES.items()
        for quanta in range(3)
        for basis, state, E in _levels(block(quanta).subs(values), quanta)
    ]
    return pd.DataFrame(rows)


def block(quanta: int) -> sp.Matrix:
    """The undriven Hamiltonian among the states of this many quanta, in normalised Fock states.

    It is taken term by term from the model's ladder operators, so that it stays symbolic.

    ``quanta`` is the number of quanta, 0 or more; the matrix has one row per way to share them
    between the modes, in the order of `analytic.fock.occupations`.  Its energies are those above as
    many photons of the laser, because the model stands in the frame of the laser.

    >>> block(1)
    Matrix([
    [       Delta,     J],
    [conjugate(J), Delta]])
    """
    model = nanotip.MODEL
    return sp.Matrix(fock.block(model, model.ladder, occupations(model, quanta)))


def _levels(H: sp.Matrix, quanta: int) -> Iterator[tuple[str, str, float]]:
    """Eigenstates with their energies, then Fock states with theirs, of one block in numbers."""
    for i, energy in enumerate(np.linalg.eigvalsh(np.array(H, dtype=complex))):
        yield "eigenstate", str(i), float(energy)
    for i, state in enumerate(occupations(nanotip.MODEL, quanta)):
        yield "Fock state", "".join(map(str, state)), float(sp.re(H[i, i]))


@styled
def draw(table: pd.DataFrame) -> Figure:
    """Left two paths that interfere, right one path that is detuned; bands are loss rates.

    Each panel has the eigenenergies on its left and the Fock states with the transitions on its
    right; the height of an optical photon (`PHOTON`) is not to scale.
    """
    figure = Figure(figsize=(2 * WIDTH, 3), layout="constrained")
    for axes, case in zip(figure.subplots(1, 2, sharey=True), CASES, strict=True):
        rows = table[table["case"] == case]
        _draw_eigenstates(axes, rows[rows["basis"] == "eigenstate"])
        places = _draw_states(axes, rows[rows["basis"] == "Fock state"])
        (_draw_two_paths if case == "two paths" else _draw_one_path)(axes, places)
        axes.set(xlim=(-0.1, 5), ylim=(-1.5, 2 * PHOTON + 8), yticks=[], xticks=[0.6, 3])
        axes.set_xticklabels(["eigenenergies\n(bands: loss rates)", "transition paths"])
        axes.tick_params(length=0)
        axes.text(4.9, 0, LABELS[case], ha="right")
    return figure


def _draw_eigenstates(axes: Axes, rows: pd.DataFrame) -> None:
    """Levels as lines with a band as wide as their loss rate.

    The band of N quanta is N gamma wide: any of them may be lost.  Dotted lines are at whole
    multiples of the laser's frequency, where a further photon would be absorbed without detuning.
    """
    for quanta, energy in zip(rows["quanta"], rows["energy_over_gamma"], strict=True):
        y = quanta * PHOTON + energy
        # N quanta are lost at the rate N gamma
        axes.fill_between([0, 1], y - quanta / 2, y + quanta / 2, color=GREY, alpha=0.15, lw=0)
        axes.plot([0, 1], [y, y], color="black")
    for quanta in (1, 2):
        axes.axhline(quanta * PHOTON, color=GREY, lw=0.5, ls=":")
        label = rf"${quanta if quanta > 1 else ''}\omega_L$"
        axes.text(1.1, quanta * PHOTON - 0.3, label, va="top", color=GREY)


def _draw_states(axes: Axes, rows: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Bare states in columns of equal CCW number; returns the middle of each.

    The result maps a state such as ``"10"`` to the place of the middle of its line, for the arrows.
    """
    places = {}
    for row in rows.itertuples():
        n = int(row.state[1])
        x, y = 2.1 + n, row.quanta * PHOTON + row.energy_over_gamma
        axes.plot([x - 0.25, x + 0.25], [y, y], color="black")
        below = row.quanta == 0
        # beside the middle: there the arrows go up
        axes.text(x + 0.12, y + (-0.25 if below else 0.2), rf"$|{row.state[0]},{n}\rangle$",
                  ha="right", va="top" if below else "bottom")  # fmt: skip
        places[row.state] = (x, y)
    return places


def _draw_two_paths(axes: Axes, at: dict[str, tuple[float, float]]) -> None:
    """To |2,0> directly, or through the CCW mode: the two amplitudes cancel.

    Blue is the direct path |1,0> to |2,0> by the laser, green the detour |1,0>, |0,1>, |1,1>,
    |2,0>, which goes twice through J.
    """
    _arrow(axes, at["00"], at["10"], GREY, r"$\omega_L$")
    _arrow(axes, at["10"], at["20"], BLUE, r"$\omega_L$")
    _arrow(axes, at["10"], at["01"], GREEN, r"$J$")
    _arrow(axes, at["01"], at["11"], GREEN, r"$\omega_L$")
    _arrow(axes, at["11"], at["20"], GREEN, r"$J$")


def _draw_one_path(axes: Axes, at: dict[str, tuple[float, float]]) -> None:
    """J = 0: one path is left, and 2 chi detunes its second photon.

    The arrow of the laser ends 2 chi below the level, and the crossed line says that J is missing.
    """
    (x, y), level = at["10"], at["20"]
    _arrow(axes, at["00"], at["10"], RED, r"$\omega_L$")
    _arrow(axes, at["10"], (x, y + PHOTON), BLUE, r"$\omega_L$")
    _arrow(axes, (x, y + PHOTON), level, GREY, r"$2\chi$", "<->")
    _arrow(axes, at["10"], at["01"], GREY, "\n$J=0$", "-")  # below the cross
    axes.plot((x + at["01"][0]) / 2, y, "x", color=RED, ms=7, mew=1.5)


def _arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, text: str,
    style: str = "-|>",
) -> None:  # fmt: skip
    """An arrow between two places: sideways from line to line, upwards right of the labels."""
    (x0, y0), (x1, y1) = start, end
    sideways = np.sign(x1 - x0)
    tail, head = ((x + (0.27 * sign if sideways else 0.18), y)
                  for x, y, sign in ((x0, y0, sideways), (x1, y1, -sideways)))  # fmt: skip
    shape = {"arrowstyle": style, "color": colour, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", head, tail, arrowprops=shape)
    x, y = (tail[0] + head[0]) / 2, (y0 + y1) / 2
    if sideways:
        axes.text(x, y - 0.5, text, color=colour, ha="center", va="top")
    else:
        axes.text(x + 0.06, y, text, color=colour, va="center")
