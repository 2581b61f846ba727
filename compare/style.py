"""How every figure looks: one column wide, in colours that every eye can tell apart.

The colours are those of M. Okabe and K. Ito, Color Universal Design (2002, revised 2008): orange,
blue and green that differ also for readers who do not tell red from green.  What is drawn is
said by those who draw: `compare.papers.panels`, `compare.validity`, `compare.budget`.
"""

import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, SymLogNorm
from matplotlib.figure import Figure

RED, BLUE, GREEN, GREY = "#D55E00", "#0072B2", "#009E73", "#666666"
PURPLE, ORANGE, SKY = "#CC79A7", "#E69F00", "#56B4E9"  # the others of theirs, but for a pale yellow
OLIVE, SILVER = "#B8A800", "#999999"  # two more, for many parts of one sum
PALETTE = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, "#000000")  # of curves, in this order
SIGNED = "PuOr_r"  # of deviations: orange where the closed form is too large, purple below
# percent: where their colours become logarithmic, and the most that they tell apart
LINEAR, FURTHEST = 10.0, 1000.0
LEVELS = "viridis"  # of numbers on maps
UNKNOWN = "#BBBBBB"  # where there is no number: a grey, which the scale of colours does not have
# one column of a letter in the journals of the APS, 8.6 cm, and 3/4 of it, in inches
WIDTH, HEIGHT = 3.37, 2.5
# 8 points are what those journals ask for in print; thin axes leave the ink to the curves
STYLE: Any = {  # matplotlib types the keys one by one
    "font.size": 8,
    "axes.linewidth": 0.6,
    "hatch.linewidth": 0.5,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "pdf.fonttype": 42,  # text stays text in the PDF
    "savefig.dpi": 300,
    # ticks read as in print: no 1e-5+2.747e-1 in a corner
    "axes.formatter.useoffset": False,
    "axes.formatter.use_mathtext": True,
}
styled = rc_context(STYLE)  # decorates `draw`


# the head of a name of a quantity (`compare.quantities`), and what follows it
NAMES = re.compile(r"(?P<kind>number|g(?=\d)|P(?=[\d_])|C(?=[\d_]))(?P<rest>\w*)")

# one real coordinate of a complex value (`compare.lines`)
PARTS = re.compile(r"(?P<part>Re|Im|arg) (?P<name>\w+)|\|(?P<inside>\w+)\|")


def mathematical(name: str) -> str:
    r"""The name of a symbol or of a quantity as mathematics, between dollars.

    >>> mathematical("Delta_a"), mathematical("g2"), mathematical("P10")
    ('$\\Delta_{a}$', '$g^{(2)}(0)$', '$P_{10}$')
    >>> mathematical("number_a2"), mathematical("g2_a1_a2")
    ('$\\langle a_{2}^\\dagger a_{2}\\rangle$', '$g^{(2)}_{a_{1} a_{2}}(0)$')
    >>> mathematical("|J|"), mathematical("arg J")
    ('$|J|$', '$\\mathrm{arg}\\,J$')
    """
    import sympy as sp

    if part := PARTS.fullmatch(name):
        letter = sp.latex(sp.Symbol(part["name"] or part["inside"]))
        return rf"$\mathrm{{{part['part']}}}\,{letter}$" if part["part"] else f"$|{letter}|$"
    found = NAMES.fullmatch(name)
    if found is None:
        return f"${sp.latex(sp.Symbol(name))}$"
    kind, rest = found["kind"], found["rest"]
    order, _, modes = rest.partition("_")
    if kind == "number":
        letter = sp.latex(sp.Symbol(modes))
        return rf"$\langle {letter}^\dagger {letter}\rangle$" if modes else r"$\langle n\rangle$"
    letters = [sp.latex(sp.Symbol(mode)) for mode in modes.split("_") if mode]
    if kind == "g":
        below = f"_{{{' '.join(letters)}}}" if letters else ""
        return f"$g^{{({order})}}{below}(0)$"
    return f"${kind}_{{{rest.strip('_').replace('_', ',')}}}$"


def axis_label(name: str, spelled: Mapping[str, str] | None = None) -> str:
    """A column of a table as the label of an axis: as it is ``spelled``, or as mathematics.

    >>> axis_label("phi_um", {"phi_um": "phi (µm)"}), axis_label("chi")
    ('phi (µm)', '$\\\\chi$')
    """
    return (spelled or {}).get(name) or mathematical(name)


def new_figure(width: float = WIDTH, height: float = HEIGHT) -> tuple[Figure, Axes]:
    """An empty figure with one pair of axes, outside pyplot's global state.

    ``width`` and ``height`` are in inches.

    >>> figure, axes = new_figure()
    >>> figure.axes == [axes]
    True
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def render(figure: Figure, kinds: Iterable[str] = ("png", "pdf")) -> dict[str, bytes]:
    """The figure as the bytes of its files, ``{"png": ..., "pdf": ...}``; PNG has 300 dpi.

    They are the same every time: what libraries add, their version and the date, is left out.

    >>> sorted(render(new_figure()[0]))
    ['pdf', 'png']
    """
    with rc_context(STYLE):
        return {kind: _save(figure, kind, {NOTED[kind]: None}) for kind in kinds}


NOTED = {"png": "Software", "pdf": "CreationDate"}  # what changes between runs, by format


def _save(figure: Figure, kind: str, metadata: dict[str, None]) -> bytes:
    """The bytes of a figure in one format; ``metadata`` takes out what changes between runs."""
    buffer = BytesIO()
    figure.savefig(buffer, format=kind, metadata=metadata)
    return buffer.getvalue()


def deviation_norm(percent: Any) -> Normalize:
    """Colours for deviations in percent, white at none, as strong as the largest of them is.

    The same to both sides, up to `FURTHEST`; linear, but beyond `LINEAR` where the largest is more
    than ten times that.

    >>> norm = deviation_norm(np.array([-4.0, 2.0, np.nan]))
    >>> norm.vmin, norm.vmax, float(norm(0.0))
    (-4.0, 4.0, 0.5)
    """
    size = np.abs(np.asarray(percent, dtype=float))
    top = min(float(size[np.isfinite(size)].max(initial=0.0)) or 1.0, FURTHEST)
    return Normalize(-top, top) if top <= 10 * LINEAR else SymLogNorm(LINEAR, vmin=-top, vmax=top)
