"""The sections that are made of one table: agreement, numbers, curves and maps, error budget."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from compare.agreement import summary
from compare.curves import varied
from compare.lines import straightened, tangled
from compare.report.charts import chart_html, place_words, waterfall_html
from compare.report.listings import download, folded, judged, spread_rows, table_html
from compare.report.page import Section
from compare.report.panels import axes_of, panels
from systems import Model
from systems.values import Values, read_values

if TYPE_CHECKING:
    import pandas as pd

ROWS = 400  # of a table that is shown whole; of a longer one every so many, all of it as CSV
SIZES = {"largest": "largest |deviation| (%)", "median": "median (%)", "rms": "rms (%)",
         "left_out": "left out", "where": "where it is largest"}  # fmt: skip


def agreement_section(table: pd.DataFrame, spelled: Mapping[str, str]) -> Section:
    """The table of both roads: a summary of many points, or the points themselves.

    >>> from compare.agreement import agreement
    >>> from systems.library import kerr
    >>> table = agreement(kerr.MODEL, {**kerr.VALUES, "xi": [0.1, 0.2]}, "g2")
    >>> len(agreement_section(table, {}).parts)  # what is said, its summary, the table, its CSV
    4
    """
    told = judged(table)
    parts = [
        "<p>A deviation is closed form/master equation − 1: negative where the closed form is too "
        "small. A number that is not trusted is not shown; its status says why.</p>"
    ]
    for name, reason in table.attrs.get("without_formula", {}).items():
        parts.append(f"<p>{escape(name)} has no closed form: {escape(reason)}</p>")
    parts += summary_parts(table) if varied(table) else []
    parts += [evenly(told, "Agreement of both roads", spelled), download(table, "agreement")]
    return Section("agreement", "Agreement", parts)


def summary_parts(table: pd.DataFrame) -> list[str]:
    """The size of the deviation of each quantity over all points, where there is one.

    >>> from compare.agreement import agreement
    >>> from systems.library import kerr
    >>> table = agreement(kerr.MODEL, {**kerr.VALUES, "xi": [0.1, 0.2]}, "g2")
    >>> "largest |deviation| (%)" in summary_parts(table)[0]
    True
    """
    if "deviation" not in table or not table["deviation"].notna().any():
        return []
    return [table_html(summary(table), "Size of the deviation over all points (%)", SIZES)]


def evenly(table: pd.DataFrame, caption: str, spelled: Mapping[str, str] | None) -> str:
    """A table whole, or rows of it evenly spread, which the caption says.

    >>> import pandas as pd
    >>> "Numbers: 400 of 500 rows" in evenly(pd.DataFrame({"x": range(500)}), "Numbers", {})
    True
    """
    if len(table) <= ROWS:
        return table_html(table, caption, spelled)
    return table_html(spread_rows(table, ROWS), f"{caption}: {ROWS} of {len(table)} rows", spelled)


def numbers_section(table: pd.DataFrame, spelled: Mapping[str, str] | None) -> Section:
    """The numbers of a table of one command.

    >>> from compare.agreement import agreement
    >>> from systems.library import kerr
    >>> table = agreement(kerr.MODEL, {**kerr.VALUES, "xi": [0.1, 0.2]}, "g2")
    >>> numbers_section(table, None).title
    'Numbers'
    """
    told = judged(table) if {"deviation", "status", "analytic"} <= set(table.columns) else table
    return Section(
        "numbers", "Numbers", [evenly(told, "Numbers", spelled), download(table, "numbers")]
    )


def charts_section(
    table: pd.DataFrame, spelled: Mapping[str, str] | None, share: float = 1.0
) -> Section:
    """A chart for each quantity, or several of them, with its numbers.

    >>> from compare.agreement import agreement
    >>> from systems.library import kerr
    >>> table = agreement(kerr.MODEL, {**kerr.VALUES, "xi": [0.1, 0.2]}, "g2")
    >>> len(charts_section(table, None).parts)  # a heading, the curve, its numbers
    3
    """
    if names := tangled(table):
        none = f"There is none: {', '.join(names)} is complex and lies on no line; see the numbers."
        return Section("charts", "Curves and maps", [f"<p>{escape(none)}</p>"])
    table = straightened(table)
    if "numeric" not in table or not axes_of(table):
        return Section("charts", "Curves and maps", [])
    return Section("charts", "Curves and maps", charts(table, spelled, "chart", share))


def charts(
    table: pd.DataFrame, spelled: Mapping[str, str] | None, stem: str, share: float = 1.0
) -> list[str]:
    """Headings, charts and their numbers, quantity by quantity, of a table that varies.

    >>> from compare.agreement import agreement
    >>> from systems.library import kerr
    >>> table = agreement(kerr.MODEL, {**kerr.VALUES, "xi": [0.1, 0.2]}, "g2")
    >>> charts(table, None, "chart")[0]
    '<h3>g2</h3>'
    """
    parts = []
    for quantity in map(str, dict.fromkeys(table["quantity"])):
        parts.append(f"<h3>{escape(quantity)}</h3>")
        found = list(panels(table[table["quantity"] == quantity]))
        for number, panel in enumerate(found, start=1):
            chart, rows = chart_html(panel, quantity, spelled, share)
            rows = rows.drop(columns="quantity")
            shown = judged(rows) if "deviation" in rows else rows
            at = place_words(panel.place, spelled)
            caption = f"Numbers that are drawn: {quantity}{at}, {len(rows)} points"
            name = f"{stem}-{quantity}" + (f"-{number}" if len(found) > 1 else "")
            name = "".join(c if c.isalnum() or c == "_" else "-" for c in name)
            parts += [chart, folded(shown, caption, name, spelled)]
    return parts


def budget_section(
    model: Model, values: Values, table: pd.DataFrame, names: list[str], progress: bool
) -> Section:
    """Where the error comes from, at the point where the first quantity is worst.

    >>> from compare.agreement import agreement
    >>> from systems.library import kerr
    >>> one = agreement(kerr.MODEL, kerr.VALUES, "g2")
    >>> "At Delta" in budget_section(kerr.MODEL, kerr.VALUES, one, ["g2"], False).parts[0]
    True
    """
    from compare.budget import budget
    from compare.budget.sentences import largest

    place = _worst(model, values, table)
    try:
        ladder = budget(model, place, names, progress=progress)
    except ValueError as reason:
        return Section("budget", "Error budget", [f"<p>There is none: {escape(str(reason))}</p>"])
    at = ", ".join(f"{name} = {_short(value)}" for name, value in place.items())
    parts = [f"<p>At {escape(at)}.</p>"]
    parts += [f"<p>{escape(sentence)}</p>" for sentence in largest(ladder)]
    parts += waterfalls(ladder)
    parts += [table_html(ladder, "Error budget"), download(ladder, "budget")]
    return Section("budget", "Error budget", parts)


def waterfalls(ladder: pd.DataFrame) -> list[str]:
    """The chart of each quantity of a budget that has contributions.

    >>> from compare.budget import budget
    >>> from systems.library import kerr
    >>> len(waterfalls(budget(kerr.MODEL, kerr.VALUES, ["number", "g2"], progress=False)))
    2
    """
    return [
        waterfall_html(rows)
        for _, rows in ladder.groupby("quantity", sort=False)
        if rows["contribution"].notna().any()
    ]


def _worst(model: Model, values: Values, table: pd.DataFrame) -> dict[str, Any]:
    """The values of the one point at which the first quantity deviates most."""
    arrays = read_values(model, values)
    first = table[table["quantity"] == table["quantity"].iloc[0]].reset_index(drop=True)
    size = first["deviation"].abs()
    point = int(size.idxmax()) if size.notna().any() else 0
    return {name: array.ravel()[point].item() for name, array in arrays.items()}


def _short(value: Any) -> str:
    return f"{value:.6g}"
