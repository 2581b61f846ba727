"""What a report is of, and the sections that follow from it.

a model with values     formulas, agreement, budget, curves or maps, audit, provenance
a labelled dataset      the same without budget and audit: what a sweep has stored
a folder of results     every figure of the papers, and the audit of their claims

`report` tells the three apart.  Each becomes a list of `Section`s, and those without content are
left out of the page: a model without closed forms has no budget, a single point no map.  A page
stays below 3 MB, so that it can be mailed: of long axes and long tables it takes evenly spread
points, and says so.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from compare import provenance
from compare.agreement import agreement, summary
from compare.curves import varied
from compare.lines import straightened, tangled
from compare.quantities import read_quantities
from compare.report.charts import chart_html, place_words, waterfall_html
from compare.report.formulas import closed_forms_html, model_html, stored_html
from compare.report.listings import download, folded, judged, spread_rows, table_html
from compare.report.page import Page, Section, provenance_section
from compare.report.panels import axes_of, panels
from compare.report.verdicts import audit_section, counted_claims
from compare.sweep.dataset import tidy
from systems import Model
from systems.values import Values

if TYPE_CHECKING:
    import pandas as pd

MODULE = "compare.report.subjects"
# of the drive given, where nothing varies: from where a formula is right to where it is not
DRIVES = np.geomspace(1 / 30, 2, 33)
# of a stored sweep: those that a page looks at, and of more points so many
POINTS, THIN = 50_000, 40_000
# of a page of many results: bytes beside the script that draws, for 3 MB in all, and the shares of
# what is drawn otherwise that are tried until it fits
ROOM, SHARES = 1_700_000, (1.0, 0.6, 0.35, 0.2, 0.1)
ROWS = 400  # of a table that is shown whole; of a longer one every so many, all of it as CSV
MEASURED = ("numeric", "analytic")


def report(
    subject: Any,
    values: Values | None = None,
    quantities: str | Iterable[str] = ("number", "g2"),
    *,
    out: str | Path | None = None,
    labels: Mapping[str, Any] | None = None,
    spelled: Mapping[str, str] | None = None,
    abbreviations: Mapping[Any, Any] | None = None,
    about: str = "",
    record: Mapping[str, Any] | None = None,
    force: bool = False,
    progress: bool = True,
) -> Page:
    """A page on a model at ``values``, on a labelled dataset, or on a folder of results.

    The page holds formulas as MathML, tables with verdicts and signed deviations, the error
    budget at the point where the formula is worst, curves and maps whose numbers the pointer reads,
    provenance, and every number that is drawn as a table and as CSV.  It works from a file, without
    a network.  ``out`` writes it (with a sidecar; ``force`` overwrites what this tool did not
    write).  Values that are arrays vary; where none does, the curves are over the drive.
    ``labels`` are columns in place of values (`compare.agreement`), ``spelled`` their names on
    axes, ``abbreviations`` letters of the closed forms with their meanings, ``about`` a sentence
    below the title, ``record`` what the provenance says in place of the date and versions of now.

    Raises `ValueError` or `TypeError` for a subject or values that make no sense, and
    `ImportError` where the libraries of the extra ``[report]`` are missing.

    >>> from systems import kerr
    >>> page = report(kerr.MODEL, {**kerr.VALUES, "Delta": [-1.0, 0.0, 1.0]}, "g2")
    >>> page.sections
    ('formulas', 'agreement', 'budget', 'charts', 'audit', 'provenance')
    """
    how = dict(record or provenance.record("compare.report", MODULE))
    if isinstance(subject, Model):
        page = _of_model(
            subject, values, quantities, labels, spelled, abbreviations, about, how, progress
        )
    elif hasattr(subject, "data_vars"):
        page = _of_dataset(subject, spelled, about, how)
    elif isinstance(subject, str | Path):
        page = _of_folder(Path(subject), how)
    else:
        raise TypeError(
            "Argument `subject` must be a Model, an xarray.Dataset or a folder of results, but is "
            f"{type(subject).__name__}."
        )
    if out is not None:
        page.save(out, force)
    return page


def of_table(model: Model, table: pd.DataFrame, record: Mapping[str, Any]) -> Page:
    """The page of a table that a command made: its charts, its numbers, its provenance.

    >>> from compare import solve
    >>> from systems import kerr
    >>> table = solve(kerr.MODEL, {**kerr.VALUES, "xi": [0.1, 0.2]}, "number")
    >>> of_table(kerr.MODEL, table, {}).sections
    ('formulas', 'numbers', 'charts', 'provenance')
    """
    spelled = table.attrs.get("spelled")
    others = [Section("formulas", "Hamiltonian", model_html(model)),
              _numbers_section(table, spelled)]  # fmt: skip
    last = provenance_section({**record, **table.attrs})
    sections = _fitting(lambda share: [*others, _charts_section(table, spelled, share), last])
    return Page.of(model.name, str(record.get("command", "")), sections, {**record, **table.attrs})


def _of_model(
    model: Model,
    values: Values | None,
    quantities: str | Iterable[str],
    labels: Mapping[str, Any] | None,
    spelled: Mapping[str, str] | None,
    abbreviations: Mapping[Any, Any] | None,
    about: str,
    record: dict[str, Any],
    progress: bool,
) -> Page:
    """The page of a model at a point, along a value, or over two."""
    if values is None:
        raise ValueError("Argument `values` must be given for a report of a Model.")
    wanted = read_quantities(model, quantities)
    names = [quantity.name for quantity in wanted]
    table = agreement(model, values, names, labels=labels, progress=progress)
    drawn = table if varied(table) else agreement(model, _along(model, values), names)
    spelled = {str(key): text for key, text in (spelled or {}).items()}
    record |= {"model": model.name, "values": table.attrs["values"], **_solved(table)}
    first = [
        Section("formulas", "Hamiltonian and closed forms",
                model_html(model) + closed_forms_html(model, wanted, abbreviations or {})),
        _agreement_section(table, spelled),
        _budget_section(model, values, table, names, progress),
    ]  # fmt: skip
    last = [audit_section(model), provenance_section(record)]
    sections = _fitting(lambda share: [*first, _charts_section(drawn, spelled, share), *last])
    return Page.of(model.name, about, sections, record)


def _solved(table: pd.DataFrame) -> dict[str, Any]:
    """What the table notes on how the master equation was solved."""
    return {key: table.attrs[key] for key in ("numeric", "without_formula") if key in table.attrs}


def _along(model: Model, values: Values) -> dict[str, Any]:
    """The values with the drive growing up to twice what it is."""
    given = {str(name): value for name, value in values.items()}
    drive = str(model.drive)
    return {**given, drive: np.asarray(given[drive]) * DRIVES}


def _of_dataset(
    data: Any, spelled: Mapping[str, str] | None, about: str, record: dict[str, Any]
) -> Page:
    """The page of a sweep: variables analytic, numeric, ..., status over quantity and axes."""
    sparse, thinned = thinned_axes(_of_points(data))
    table = tidy(sparse)
    title = str(data.attrs.get("model", data.attrs.get("title", "sweep")))
    units = {
        str(name): f"{axis.attrs['long_name']} ({unit})"
        for name, axis in data.coords.items()
        if (unit := axis.attrs.get("units", "1")) != "1" and "long_name" in axis.attrs
    }  # others are symbols
    known = units | dict(spelled or {})
    record |= {f"dataset.{name}": value for name, value in data.attrs.items()}
    described = stored_html(data.attrs)
    if thinned:
        described.append(f"<p>{escape(thinned)}</p>")
    first = [
        Section("formulas", "Hamiltonian and closed forms", described),
        _agreement_section(table, known),
    ]
    last = provenance_section(record)
    sections = _fitting(lambda share: [*first, _charts_section(table, known, share), last])
    return Page.of(title, about, sections, record)


def _of_points(data: Any) -> Any:
    """The variables that have a number for each point; a store has others, of its chunks."""
    return data[[name for name, x in data.data_vars.items() if "quantity" in x.dims]]


def thinned_axes(data: Any) -> tuple[Any, str]:
    """The dataset on axes that are thin enough for a page, and a sentence where that took some.

    Axes keep their ends; a million points would not fit into a page, nor could they be told apart.

    >>> import xarray as xr
    >>> data = xr.Dataset({"numeric": (("quantity", "x", "y"), np.zeros((1, 2000, 300)))})
    >>> sparse, sentence = thinned_axes(data)
    >>> dict(sparse.sizes), sentence
    ({'quantity': 1, 'x': 200, 'y': 200}, '40000 of 600000 points are taken, evenly spread.')
    """
    axes = [str(name) for name in data.dims if name != "quantity"]
    count = int(np.prod([data.sizes[name] for name in axes]))
    if count <= POINTS:
        return data, ""
    most = max(2, round(THIN ** (1 / len(axes))))
    kept = {
        name: np.unique(np.linspace(0, data.sizes[name] - 1, most).round().astype(int))
        for name in axes
        if data.sizes[name] > most
    }
    sparse = data.isel(kept)
    left = int(np.prod([sparse.sizes[name] for name in axes]))
    return sparse, f"{left} of {count} points are taken, evenly spread."


def _of_folder(folder: Path, record: dict[str, Any]) -> Page:
    """The page of all results of the papers that lie in the folder, with the audits."""
    from compare import output, results

    if not folder.is_dir():
        raise ValueError(f"Argument `subject` must be a folder of results, but is `{folder}`.")
    found = [r for r in results.everything() if (r.folder(folder) / f"{r.stem}.csv").is_file()]
    if not found:
        raise ValueError(
            f"Folder `{folder}` must hold results, but holds none: `blockade reproduce` makes them."
        )
    for result in found:
        sidecar = output.read_sidecar(result.folder(folder), result.stem) or {}
        record |= {
            f"{result.name}.{key}": sidecar.get(key) for key in ("command", "created", "commit")
        }
    last = [*_atlas_sections(folder), provenance_section(record)]
    sections = _fitting(lambda share: [*(_result_section(r, folder, share) for r in found), *last])
    papers = list(dict.fromkeys(result.paper.citation for result in found))
    return Page.of("Results of the papers", "; ".join(papers), sections, record)


_STALE = "<p>This result was made by other code, or changed since: make it again.</p>"


def _result_section(result: Any, folder: Path, share: float) -> Section:
    """The section of one result, which says so where it is not current."""
    from compare import results

    stale = "" if results.is_current(result, folder) else _STALE
    if result.is_audit:
        return _audit_section(result, folder, stale)
    return _figure_section(result, folder, stale, share)


def _figure_section(result: Any, folder: Path, stale: str, share: float) -> Section:
    """A figure: what it shows, its chart where it is one, its numbers."""
    import pandas as pd

    table = pd.read_csv(result.folder(folder) / f"{result.stem}.csv")
    module = result.paper.figure(result.stem)
    line = (module.__doc__ or "").strip().splitlines()[0]
    laboratory = result.paper.laboratory
    spelled = dict(laboratory.spelled) if laboratory else {}
    parts = [stale, f"<p>{escape(line)}</p>"]
    if {"quantity", "numeric", "status"} <= set(table.columns) and axes_of(table):
        parts += _summary_parts(table)
        parts += _charts(table, spelled, result.name.replace("/", "-"), share)
    else:
        drawn = _waterfalls(table) if "contribution" in table else [_picture(result, folder, line)]
        parts += [*drawn, _some(table, f"Numbers of {result.name}", spelled)]
        parts += [download(table, result.stem, ROWS)]
    return Section(result.name.replace("/", "-"), f"Figure {result.name}", [p for p in parts if p])


def _picture(result: Any, folder: Path, line: str) -> str:
    """The picture as it was written, where a chart with a pointer would say no more."""
    path = result.folder(folder) / f"{result.stem}.png"
    if not path.is_file():
        return ""
    data, words = b64encode(path.read_bytes()).decode(), escape(line, quote=True)
    return f'<figure><img alt="{words}" src="data:image/png;base64,{data}"></figure>'


def _audit_section(result: Any, folder: Path, stale: str) -> Section:
    """Every claim of a paper, what both roads say, and the verdict."""
    from compare import results

    rows = results.read_claims(result, folder)
    parts = [stale, counted_claims(rows)]
    parts += [table_html(rows, f"Claims of {result.paper.key}"), download(rows, result.stem)]
    return Section(
        result.name.replace("/", "-"), f"Audit of {result.paper.key}", [p for p in parts if p]
    )


def _atlas_sections(folder: Path) -> list[Section]:
    """The table over all papers, where one was written: how far their own formulas are off."""
    import pandas as pd

    from compare import results
    from compare.papers.atlas import sentences

    path = folder / f"{results.ATLAS}.csv"
    if not path.is_file():
        return []
    table = pd.read_csv(path)
    parts = [f"<p>{escape(line)}</p>" for line in sentences(table)]
    parts += [table_html(table, "Formulas of all papers"), download(table, results.ATLAS)]
    return [Section(results.ATLAS, "Atlas of all papers", parts)]


def _agreement_section(table: pd.DataFrame, spelled: Mapping[str, str]) -> Section:
    """The table of both roads: a summary of many points, or the points themselves."""
    told = judged(table)
    parts = [
        "<p>A deviation is closed form/master equation − 1: negative where the closed form is too "
        "small. A number that is not trusted is not shown; its status says why.</p>"
    ]
    for name, reason in table.attrs.get("without_formula", {}).items():
        parts.append(f"<p>{escape(name)} has no closed form: {escape(reason)}</p>")
    parts += _summary_parts(table) if varied(table) else []
    parts += [_some(told, "Agreement of both roads", spelled), download(table, "agreement")]
    return Section("agreement", "Agreement", parts)


def _summary_parts(table: pd.DataFrame) -> list[str]:
    """The size of the deviation of each quantity over all points, where there is one."""
    if "deviation" not in table or not table["deviation"].notna().any():
        return []
    return [table_html(summary(table), "Size of the deviation over all points (%)", SIZES)]


SIZES = {"largest": "largest |deviation| (%)", "median": "median (%)", "rms": "rms (%)",
         "left_out": "left out", "where": "where it is largest"}  # fmt: skip


def _some(table: pd.DataFrame, caption: str, spelled: Mapping[str, str] | None) -> str:
    """A table whole, or rows of it evenly spread, which the caption says."""
    if len(table) <= ROWS:
        return table_html(table, caption, spelled)
    return table_html(spread_rows(table, ROWS), f"{caption}: {ROWS} of {len(table)} rows", spelled)


def _numbers_section(table: pd.DataFrame, spelled: Mapping[str, str] | None) -> Section:
    """The numbers of a table of one command."""
    told = judged(table) if {"deviation", "status", "analytic"} <= set(table.columns) else table
    return Section(
        "numbers", "Numbers", [_some(told, "Numbers", spelled), download(table, "numbers")]
    )


def _charts_section(
    table: pd.DataFrame, spelled: Mapping[str, str] | None, share: float = 1.0
) -> Section:
    """A chart for each quantity, or several of them, with its numbers."""
    if names := tangled(table):
        none = f"There is none: {', '.join(names)} is complex and lies on no line; see the numbers."
        return Section("charts", "Curves and maps", [f"<p>{escape(none)}</p>"])
    table = straightened(table)
    if "numeric" not in table or not axes_of(table):
        return Section("charts", "Curves and maps", [])
    return Section("charts", "Curves and maps", _charts(table, spelled, "chart", share))


def _charts(
    table: pd.DataFrame, spelled: Mapping[str, str] | None, stem: str, share: float = 1.0
) -> list[str]:
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


def _fitting(make: Callable[[float], list[Section]]) -> list[Section]:
    """The sections at the largest share of what is drawn with which they fit into a page."""
    for share in SHARES:
        sections = make(share)
        if sum(len(part.encode()) for one in sections for part in one.parts) < ROOM:
            break
    return sections


def _budget_section(
    model: Model, values: Values, table: pd.DataFrame, names: list[str], progress: bool
) -> Section:
    """Where the error comes from, at the point where the first quantity is worst."""
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
    parts += _waterfalls(ladder)
    parts += [table_html(ladder, "Error budget"), download(ladder, "budget")]
    return Section("budget", "Error budget", parts)


def _waterfalls(ladder: pd.DataFrame) -> list[str]:
    """The chart of each quantity of a budget that has contributions."""
    return [
        waterfall_html(rows)
        for _, rows in ladder.groupby("quantity", sort=False)
        if rows["contribution"].notna().any()
    ]


def _worst(model: Model, values: Values, table: pd.DataFrame) -> dict[str, Any]:
    """The values of the one point at which the first quantity deviates most."""
    from systems.values import read_values

    arrays = read_values(model, values)
    first = table[table["quantity"] == table["quantity"].iloc[0]].reset_index(drop=True)
    size = first["deviation"].abs()
    point = int(size.idxmax()) if size.notna().any() else 0
    return {name: array.ravel()[point].item() for name, array in arrays.items()}


def _short(value: Any) -> str:
    return f"{value:.6g}"
