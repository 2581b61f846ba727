"""How the figures look: one column wide, colours that every eye can tell apart (Okabe, Ito)."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import SymLogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

RED, BLUE, GREEN, GREY = "#D55E00", "#0072B2", "#009E73", "#666666"
WIDTH, HEIGHT = 3.37, 2.5  # one column of a letter, in inches
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
    """An empty figure with one pair of axes, outside pyplot's global state."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def draw_roads(
    axes: Axes,
    rows: pd.DataFrame,
    x: str,
    colour: str,
    label: str,
    marked: slice | np.ndarray = slice(None),
    line: str = "-",
) -> None:
    """The master equation as a curve and the closed form as markers, as in the paper.

    ``marked`` chooses the rows that get a marker.
    """
    numeric = rows["numeric"].where(rows["resolved"])  # a gap where it is not resolved
    axes.plot(rows[x], numeric, line, color=colour, label=label)
    marked_rows = rows.iloc[marked]
    axes.plot(marked_rows[x], marked_rows["analytic"], "o", color=colour, mfc="white")


def thinned(dense: np.ndarray, fine: int, coarse: int, start: int = 0) -> np.ndarray:
    """Rows that get a marker: every ``fine``-th one where ``dense``, else every ``coarse``-th.

    Curves that nearly coincide get different ``start``s, so that their markers lie side by side.
    """
    index = np.arange(len(dense)) - start
    return np.flatnonzero(index % np.where(dense, fine, coarse) == 0)


def roads_legend(axes: Axes, more: Sequence[Line2D] = (), **where: Any) -> None:
    """Legend of the curves' labels, of what curves and markers are, and of ``more``."""
    curve = Line2D([], [], color="black", label="master equation")
    marker = Line2D([], [], color="black", marker="o", mfc="white", ls="none", label="closed form")
    axes.legend(handles=[*axes.get_legend_handles_labels()[0], curve, marker, *more], **where)


def draw_map(axes: Axes, rows: pd.DataFrame, x: str, y: str, value: str, **how: Any) -> QuadMesh:
    """One column of the table as colours over two others; white where it is not resolved."""
    shown = rows.assign(shown=rows[value].where(rows["resolved"]))
    grid = shown.pivot(index=y, columns=x, values="shown")
    return axes.pcolormesh(grid.columns, grid.index, grid, rasterized=True, **how)


def draw_deviation(axes: Axes, rows: pd.DataFrame, x: str, y: str, name: str) -> QuadMesh:
    """The deviation of the closed form in percent; orange where it is too large.

    The colours are linear up to 10 % and logarithmic beyond, with a bar from -100 %, below which
    no closed form that is positive can lie, to 1000 %.
    """
    percent = rows.assign(percent=100 * rows["deviation"])
    norm = SymLogNorm(10, vmin=-1000, vmax=1000)
    image = draw_map(axes, percent, x, y, "percent", cmap="PuOr_r", norm=norm)
    label = f"{name}: closed form/\nmaster equation $-$ 1 (%)"
    bar = axes.figure.colorbar(image, ax=axes, label=label, ticks=[-100, -10, 0, 10, 100, 1000])
    bar.ax.set_ylim(-100, 1000)
    bar.ax.set_yticklabels(["$-100$", "$-10$", "0", "10", "100", "1000"])
    return image


def render(figure: Figure) -> dict[str, bytes]:
    """The figure as PNG (300 dpi) and PDF, the same bytes every time."""
    with rc_context(STYLE):
        return {
            "png": _save(figure, "png", {"Software": None}),
            "pdf": _save(figure, "pdf", {"CreationDate": None}),
        }


def _save(figure: Figure, kind: str, metadata: dict[str, None]) -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format=kind, metadata=metadata)
    return buffer.getvalue()
