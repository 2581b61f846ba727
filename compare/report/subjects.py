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

from collections.abc import Callable, Iterable, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.agreement import agreement
from compare.curves import varied
from compare.files import provenance
from compare.quantities import read_quantities
from compare.report.exhibits import atlas_sections, result_section
from compare.report.formulas import closed_forms_html, model_html, stored_html
from compare.report.page import Page, Section, provenance_section
from compare.report.sections import (
    agreement_section,
    budget_section,
    charts_section,
    numbers_section,
)
from compare.report.verdicts import audit_section
from compare.sweep.dataset import tidy
from systems import Model
from systems.progress import hushable
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


@hushable
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
              numbers_section(table, spelled)]  # fmt: skip
    last = provenance_section({**record, **table.attrs})
    sections = _fitting(lambda share: [*others, charts_section(table, spelled, share), last])
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
        agreement_section(table, spelled),
        budget_section(model, values, table, names, progress),
    ]  # fmt: skip
    last = [audit_section(model), provenance_section(record)]
    sections = _fitting(lambda share: [*first, charts_section(drawn, spelled, share), *last])
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
        agreement_section(table, known),
    ]
    last = provenance_section(record)
    sections = _fitting(lambda share: [*first, charts_section(table, known, share), last])
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
    from compare import results
    from compare.files import output

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
    last = [*atlas_sections(folder), provenance_section(record)]
    sections = _fitting(lambda share: [*(result_section(r, folder, share) for r in found), *last])
    papers = list(dict.fromkeys(result.paper.citation for result in found))
    return Page.of("Results of the papers", "; ".join(papers), sections, record)


def _fitting(make: Callable[[float], list[Section]]) -> list[Section]:
    """The sections at the largest share of what is drawn with which they fit into a page."""
    for share in SHARES:
        sections = make(share)
        if sum(len(part.encode()) for one in sections for part in one.parts) < ROOM:
            break
    return sections
