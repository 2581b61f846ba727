"""Charts of a page: curves, maps and budgets of which each number can be read with the pointer.

Bokeh draws them from numbers that the page carries inside.  Labels are plain text with Greek
letters: typesetting them would take a script of two megabytes.
"""

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.curves import ZERO, is_zero, trusted, value_scale, varied
from compare.extras import needed
from compare.report.panels import Panel, spread
from compare.style import BLUE, GREY, NAMES, PALETTE, RED

if TYPE_CHECKING:
    import pandas as pd

FINEST = 31  # cells of a map along each axis: ten pixels each, and a table that can be read
LONGEST = 400  # points of a curve that are drawn: one a pixel or two
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def plain(name: str) -> str:
    """The name of a symbol, a quantity or a column as plain text.

    >>> plain("Delta_a"), plain("g2"), plain("number_a2"), plain("phi_um")
    ('Δₐ', 'g⁽²⁾(0)', '⟨n⟩ of a2', 'φ (µm)')
    >>> plain("chi_over_gamma"), plain("critical_drive")
    ('χ/γ', 'critical drive')
    """
    import sympy as sp

    for unit, written in (("_um", "µm"), ("_fW", "fW"), ("_MHz", "MHz")):
        if name.endswith(unit):
            return f"{plain(name.removesuffix(unit))} ({written})"
    if "_over_" in name:
        return "/".join(map(plain, name.split("_over_", 1)))
    if any(len(part) > 2 and not part.isdigit() for part in name.split("_")[1:]):
        return " ".join(map(plain, name.split("_")))
    found = NAMES.fullmatch(name)
    if found is None:
        pretty = sp.pretty(sp.Symbol(name), use_unicode=True)
        return pretty if "\n" not in pretty and "_" not in pretty else name.replace("_", " ")
    order, _, modes = found["rest"].partition("_")
    of = f" of {modes.replace('_', ' and ')}" if modes else ""
    if found["kind"] == "number":
        return f"⟨n⟩{of}"
    if found["kind"] == "g":
        return f"g⁽{order.translate(SUPERSCRIPT)}⁾(0){of}"
    return name


def library() -> str:
    """The script that draws, inside of the page.

    >>> library().startswith("<script>")
    True
    """
    how = {"mode": "inline", "components": ["bokeh"]}
    resources = needed("bokeh.resources", "report").Resources(**how)
    resources.log_level = None  # it would say so on the console
    return "\n".join(f"<script>{script}</script>" for script in resources.js_raw)


def chart_html(
    panel: Panel,
    quantity: str,
    spelled: Mapping[str, str] | None = None,
    share: float = 1.0,
) -> tuple[str, "pd.DataFrame"]:
    """The chart of one quantity as HTML, and the rows that it draws.

    The rows are those of `compare.agreement` or `compare.solve`; what varies beside the axes, such
    as the name of a cavity, gives a curve each.  Of many points some are drawn, evenly spread;
    ``share`` says how many of those that are drawn otherwise, for pages with many charts.

    >>> import pandas as pd
    >>> rows = pd.DataFrame({"xi": [0.1, 0.2], "numeric": [0.5, 0.6], "status": "ok"})
    >>> html, drawn = chart_html(Panel(["xi"], rows, {}), "g2")
    >>> html.startswith('<figure data-chart="g⁽²⁾(0) over ξ">'), len(drawn)
    (True, 2)
    """
    names, rows, place = panel
    if len(names) == 2:
        rows = thinned_map(rows, names[0], names[1], max(2, round(FINEST * share**0.5)))
        drawn = _map(rows, names, quantity, spelled)
    else:
        rows = _thinned_curves(rows, names[0], max(2, round(LONGEST * share)))
        drawn = _curves(rows, names[0], quantity, spelled)
    words = f"{plain(quantity)} over {' and '.join(axis_text(name, spelled) for name in names)}"
    return figure_html(drawn, words + place_words(place, spelled)), rows


def place_words(place: Mapping[str, Any], spelled: Mapping[str, str] | None) -> str:
    """Where a chart lies among several, as it stands behind its title; nothing of one alone.

    >>> place_words({"xi": 0.05, "gamma": 1.0}, None)
    ', at ξ = 0.05, γ = 1'
    """
    at = ", ".join(f"{axis_text(name, spelled)} = {_word(value)}" for name, value in place.items())
    return f", at {at}" if at else ""


def axis_text(name: str, spelled: Mapping[str, str] | None) -> str:
    """A column as the label of an axis, in plain text.

    >>> axis_text("phi_um", None), axis_text("power_fW", {"power_fW": "input power (fW)"})
    ('φ (µm)', 'input power (fW)')
    """
    given = (spelled or {}).get(name, "")
    if not given:
        return plain(name)
    if "$" not in given:
        return given
    unit = given.rpartition("$")[2].strip()
    return f"{plain(name).partition(' (')[0]} {unit}".strip()


def figure_html(drawn: Any, words: str) -> str:
    """A Bokeh figure with a caption, as it stands in the page.

    >>> from bokeh.plotting import figure
    >>> "<figcaption>nothing</figcaption>" in figure_html(figure(), "nothing")
    True
    """
    script, place = needed("bokeh.embed", "report").components(drawn)
    caption = f"<figcaption>{escape(words)}</figcaption>"
    return (
        f'<figure data-chart="{escape(words, quote=True)}">\n{place}\n{caption}\n{script}</figure>'
    )


def thinned_map(rows: "pd.DataFrame", x: str, y: str, most: int = FINEST) -> "pd.DataFrame":
    """Rows of a grid with at most ``most`` values along each axis, ends among them.

    >>> import pandas as pd
    >>> grid = pd.MultiIndex.from_product([range(100), range(3)], names=["x", "y"])
    >>> len(thinned_map(grid.to_frame(index=False), "x", "y"))
    93
    """
    kept = rows
    for name in (x, y):
        values = np.unique(rows[name])
        kept = kept[kept[name].isin(spread(values, most))]
    return kept


def _thinned_curves(rows: "pd.DataFrame", x: str, most: int) -> "pd.DataFrame":
    """Rows with at most ``most`` values of ``x``, ends among them."""
    values = np.unique(rows[x])
    return rows[rows[x].isin(spread(values, most))]


def _new(title: str, x: str, y: str, **scales: Any) -> Any:
    """An empty Bokeh figure as wide as the page, whose pointer reads numbers."""
    plotting = needed("bokeh.plotting", "report")
    tools = "pan,box_zoom,wheel_zoom,reset,save"
    drawn = plotting.figure(height=340, sizing_mode="stretch_width", tools=tools, title=title,
                            x_axis_label=x, y_axis_label=y, toolbar_location="above",
                            **scales)  # fmt: skip
    drawn.toolbar.logo = None
    drawn.toolbar.active_scroll = None  # the wheel scrolls the page
    return drawn


def _hover(drawn: Any, renderers: list[Any], lines: list[tuple[str, str]], mode: str) -> None:
    models = needed("bokeh.models", "report")
    drawn.add_tools(models.HoverTool(tooltips=lines, renderers=renderers, mode=mode))


def _curves(rows: "pd.DataFrame", x: str, quantity: str, spelled: Mapping[str, str] | None) -> Any:
    """Both roads over one value, a colour for each group of rows."""
    from compare.validity.maps import scale_of

    scales = {"x_axis_type": scale_of(np.unique(rows[x])), "y_axis_type": value_scale(rows)}
    drawn = _new("", axis_text(x, spelled), plain(quantity), **scales)
    others = [name for name in varied(rows) if name != x and rows[name].nunique() > 1]
    groups = list(rows.groupby(others, sort=False)) if others else [((), rows)]
    seen = []
    for (key, group), colour in zip(groups, PALETTE * len(groups), strict=False):
        values = key if isinstance(key, tuple) else (key,)
        names = ", ".join(_named(n, v, spelled) for n, v in zip(others, values, strict=True))
        group = group.sort_values(x, kind="stable")
        colours = (colour, colour) if others else (BLUE, RED)
        seen.append(_both_roads(drawn, group, x, names, *colours))
    lines = [(axis_text(x, spelled), "@x"), ("master equation", "@numeric")]
    lines += [("closed form", "@analytic"), ("deviation", "@deviation"), ("status", "@status")]
    known = [(name, text) for name, text in lines if text[1:] in seen[0].data_source.data]
    _hover(drawn, seen, known, "mouse")
    if is_zero(rows):
        drawn.y_range.start, drawn.y_range.end = ZERO
    if drawn.legend:
        drawn.legend.click_policy = "hide"
        drawn.add_layout(drawn.legend[0], "right" if len(groups) > 3 else "below")
        drawn.legend.orientation = "vertical" if len(groups) > 3 else "horizontal"
    return drawn


def _named(name: str, value: Any, spelled: Mapping[str, str] | None) -> str:
    """A number with its name; a word, such as that of a cavity, alone."""
    return value if isinstance(value, str) else f"{axis_text(name, spelled)} = {_word(value)}"


def _word(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _both_roads(drawn: Any, rows: "pd.DataFrame", x: str, name: str, blue: str, red: str) -> Any:
    """The master equation as a line with dots, the closed form as a dashed line."""
    models = needed("bokeh.models", "report")
    columns = {"x": rows[x].to_numpy(), "numeric": trusted(rows).to_numpy(),
               "status": rows["status"].tolist()}  # fmt: skip
    if "analytic" in rows:
        columns["analytic"] = rows["analytic"].to_numpy()
        columns["deviation"] = [signed(value) for value in rows["deviation"]]
    source = models.ColumnDataSource(columns)
    head = f"{name}: " if name else ""
    if "analytic" in rows and rows["analytic"].notna().any():
        drawn.line("x", "analytic", source=source, color=red, line_dash="dashed", line_width=2,
                   legend_label=f"{head}closed form")  # fmt: skip
    drawn.line("x", "numeric", source=source, color=blue, line_width=2,
               legend_label=f"{head}master equation")  # fmt: skip
    return drawn.scatter("x", "numeric", source=source, color=blue, size=5)


def signed(deviation: float) -> str:
    """A deviation in percent with its sign, a dash where there is none.

    >>> signed(-0.25), signed(float("nan"))
    ('-25 %', '–')
    """
    return "–" if deviation != deviation else f"{100 * deviation:+.3g} %"


def _map(
    rows: "pd.DataFrame", names: list[str], quantity: str, spelled: Mapping[str, str] | None
) -> Any:
    """The master equation as colours over two values."""
    from compare.validity.maps import scale_of

    models, (x, y) = needed("bokeh.models", "report"), (axis_text(n, spelled) for n in names)
    scales = {f"{axis}_axis_type": scale_of(np.unique(rows[name]))
              for axis, name in zip("xy", names, strict=True)}  # fmt: skip
    drawn, mapper = _new("", x, y, **scales), _colours(rows)
    drawn.x_range.range_padding = drawn.y_range.range_padding = 0
    shade = {"field": "numeric", "transform": mapper}
    cells = drawn.quad("left", "right", "bottom", "top", fill_color=shade, line_color=shade,
                       source=models.ColumnDataSource(_cells(rows, names)))  # fmt: skip
    drawn.add_layout(models.ColorBar(color_mapper=mapper, title=plain(quantity)), "right")
    lines = [(x, "@x"), (y, "@y"), ("master equation", "@numeric")]
    if "analytic" in rows:
        lines += [("closed form", "@analytic"), ("deviation", "@deviation")]
    _hover(drawn, [cells], [*lines, ("status", "@status")], "mouse")
    return drawn


def _cells(rows: "pd.DataFrame", names: list[str]) -> dict[str, Any]:
    """The columns of a map: each point as a rectangle, and what is read off it."""
    from compare.validity.maps import edges

    columns: dict[str, Any] = {}
    sides = (("left", "right", "x"), ("bottom", "top", "y"))
    for name, (low, high, axis) in zip(names, sides, strict=True):
        values = np.unique(rows[name])
        ends, place = edges(values), np.searchsorted(values, rows[name])
        columns |= {low: ends[place], high: ends[place + 1], axis: rows[name].to_numpy()}
    columns |= {"numeric": trusted(rows).to_numpy(), "status": rows["status"].tolist()}
    if "analytic" in rows:
        columns["analytic"] = rows["analytic"].to_numpy()
        columns["deviation"] = [signed(value) for value in rows["deviation"]]
    return columns


def _colours(rows: "pd.DataFrame") -> Any:
    """What gives a number of the master equation its colour; unknown ones are white."""
    models, palettes = needed("bokeh.models", "report"), needed("bokeh.palettes", "report")
    kind = models.LogColorMapper if value_scale(rows) == "log" else models.LinearColorMapper
    low, high = float(trusted(rows).min()), float(trusted(rows).max())
    return kind(palette=palettes.Viridis256, low=low, high=high, nan_color="#ffffff")


def waterfall_html(ladder: "pd.DataFrame") -> str:
    """The steps of a budget at one point as bars, each from the end of the one before.

    >>> from compare.budget import budget
    >>> from systems import kerr
    >>> html = waterfall_html(budget(kerr.MODEL, kerr.VALUES, "number"))
    >>> "quantum jumps" in html
    True
    """
    from compare.budget.steps import brings

    models = needed("bokeh.models", "report")
    quantity = str(ladder["quantity"].iloc[0])
    part = 100 * ladder["contribution"].fillna(0.0).to_numpy()[1:]
    names = [*brings(ladder)[1:], f"error of the {ladder['rung'].iloc[0]}"]
    ends = np.cumsum(part)
    columns = {
        "name": names,
        "left": [*(ends - part), 0.0],
        "right": [*ends, ends[-1]],
        "part": [*part, ends[-1]],
        "color": [*np.where(part > 0, RED, BLUE).tolist(), GREY],
    }
    drawn = _new("", f"contribution to the error of {plain(quantity)} (%)", "", y_range=names[::-1])
    source = models.ColumnDataSource(columns)
    bars = drawn.hbar("name", left="left", right="right", height=0.6, color="color", source=source)
    _hover(drawn, [bars], [("step", "@name"), ("contribution (%)", "@part{+0.000}")], "mouse")
    return figure_html(drawn, f"Where the error of the formula of {plain(quantity)} comes from")
