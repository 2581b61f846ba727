"""The results of a folder as sections of a page: figures, audits, and the atlas over all papers."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from pathlib import Path
from typing import Any

from compare.report.listings import download, table_html
from compare.report.page import Section
from compare.report.panels import axes_of
from compare.report.sections import ROWS, charts, evenly, summary_parts, waterfalls
from compare.report.verdicts import counted_claims

_STALE = "<p>This result was made by other code, or changed since: make it again.</p>"


def result_section(result: Any, folder: Path, share: float) -> Section:
    """The section of one result, which says so where it is not current.

    >>> from compare import results
    >>> one, *_ = results.everything()
    >>> result_section(one, Path("results"), share=1.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    FileNotFoundError: ...
    """
    from compare import results

    stale = "" if results.is_current(result, folder) else _STALE
    if result.is_audit:
        return _claims_section(result, folder, stale)
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
        parts += summary_parts(table)
        parts += charts(table, spelled, result.name.replace("/", "-"), share)
    else:
        drawn = waterfalls(table) if "contribution" in table else [_picture(result, folder, line)]
        parts += [*drawn, evenly(table, f"Numbers of {result.name}", spelled)]
        parts += [download(table, result.stem, ROWS)]
    return Section(result.name.replace("/", "-"), f"Figure {result.name}", [p for p in parts if p])


def _picture(result: Any, folder: Path, line: str) -> str:
    """The picture as it was written, where a chart with a pointer would say no more."""
    path = result.folder(folder) / f"{result.stem}.png"
    if not path.is_file():
        return ""
    data, words = b64encode(path.read_bytes()).decode(), escape(line, quote=True)
    return f'<figure><img alt="{words}" src="data:image/png;base64,{data}"></figure>'


def _claims_section(result: Any, folder: Path, stale: str) -> Section:
    """Every claim of a paper, what both roads say, and the verdict."""
    from compare import results

    rows = results.read_claims(result, folder)
    parts = [stale, counted_claims(rows)]
    parts += [table_html(rows, f"Claims of {result.paper.key}"), download(rows, result.stem)]
    return Section(
        result.name.replace("/", "-"), f"Audit of {result.paper.key}", [p for p in parts if p]
    )


def atlas_sections(folder: Path) -> list[Section]:
    """The table over all papers, where one was written: how far their own formulas are off.

    >>> atlas_sections(Path("a folder without one"))
    []
    """
    import pandas as pd

    from compare import results
    from compare.audit.atlas import sentences

    path = folder / f"{results.ATLAS}.csv"
    if not path.is_file():
        return []
    table = pd.read_csv(path)
    parts = [f"<p>{escape(line)}</p>" for line in sentences(table)]
    parts += [table_html(table, "Formulas of all papers"), download(table, results.ATLAS)]
    return [Section(results.ATLAS, "Atlas of all papers", parts)]
