"""How every figure looks: one column wide, in colours that every eye can tell apart.

The colours are those of M. Okabe and K. Ito, Color Universal Design (2002, revised 2008): orange,
blue and green that differ also for readers who do not tell red from green.  What is drawn is
said by those who draw: `compare.papers.panels`, `compare.validity`, `compare.budget`.
"""

from io import BytesIO
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

RED, BLUE, GREEN, GREY = "#D55E00", "#0072B2", "#009E73", "#666666"
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
}
styled = rc_context(STYLE)  # decorates `draw`


def new_figure(width: float = WIDTH, height: float = HEIGHT) -> tuple[Figure, Axes]:
    """An empty figure with one pair of axes, outside pyplot's global state.

    ``width`` and ``height`` are in inches.

    >>> figure, axes = new_figure()
    >>> figure.axes == [axes]
    True
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def render(figure: Figure) -> dict[str, bytes]:
    """The figure as the bytes of its files, ``{"png": ..., "pdf": ...}``; PNG has 300 dpi.

    They are the same every time: what libraries add, their version and the date, is left out.

    >>> sorted(render(new_figure()[0]))
    ['pdf', 'png']
    """
    with rc_context(STYLE):
        return {
            "png": _save(figure, "png", {"Software": None}),
            "pdf": _save(figure, "pdf", {"CreationDate": None}),
        }


def _save(figure: Figure, kind: str, metadata: dict[str, None]) -> bytes:
    """The bytes of a figure in one format; ``metadata`` takes out what changes between runs."""
    buffer = BytesIO()
    figure.savefig(buffer, format=kind, metadata=metadata)
    return buffer.getvalue()
