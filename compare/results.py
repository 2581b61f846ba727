"""The results on disk: what is current stays, what is missing or changed is made again.

A stem is a figure, ``fig3c``, or the audit of the claims, ``claims``.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from compare import output, provenance
from compare.agreement import summary
from compare.lock import locked
from compare.papers.tang2025 import figures
from compare.papers.tang2025.claims import audit
from compare.style import render

AGREEMENT = "agreement"  # stem of the summary of all figures
CLAIMS = "claims"  # stem of the audit
SUFFIXES = ("csv", "png", "pdf")


def due(stems: Sequence[str], folder: Path, *, fresh: bool, force: bool) -> list[str]:
    """The stems that are to be made: missing or changed ones, or all of them if ``fresh``.

    Raises `ValueError` if the folder cannot be written, or if a file that would be overwritten
    was changed since this tool wrote it, unless ``force``.
    """
    output.check_folder(folder)
    wanted = [stem for stem in stems if fresh or not is_current(stem, folder)]
    if not force:
        for stem in wanted:
            output.check_ours(folder, stem, SUFFIXES)
        if any(stem != CLAIMS for stem in stems):
            output.check_ours(folder, AGREEMENT, ["csv"])
    return wanted


def make(stem: str, folder: Path) -> None:
    """Compute one result and write it with its sidecar: CSV, PNG and PDF, or the CSV alone."""
    if stem == CLAIMS:
        table, command = audit(), "blockade audit"
        files = {"csv": output.to_csv(table)}
    else:
        figure = figures.load(stem)
        table, command = figure.compute(), f"blockade reproduce {stem}"
        files = {"csv": output.to_csv(table), **render(figure.draw(table))}
    record = provenance.record(command, _module(stem))
    output.publish(folder, stem, files, {**record, **table.attrs})


def is_current(stem: str, folder: Path) -> bool:
    """Whether the stem's files are those that its code would make now."""
    return output.is_current(folder, stem, provenance.fingerprint(_module(stem)))


def read_claims(folder: Path) -> pd.DataFrame:
    """The audit as it was written; what is printed in the paper stays as it is printed."""
    return pd.read_csv(folder / f"{CLAIMS}.csv", dtype={"printed": str})


def write_agreement(folder: Path) -> pd.DataFrame:
    """Write ``agreement.csv``, if it changes: the summary of every current figure of both roads.

    No other run writes into the folder from the reading to the end of the writing.
    """
    if not folder.is_dir():
        return pd.DataFrame()
    with locked(folder):
        whole = _agreement(folder)
        record = provenance.record("blockade reproduce", "compare.agreement")
        content = output.to_csv(whole)
        kept = output.is_current(folder, AGREEMENT, record["inputs"])
        if whole.size and not (kept and (folder / f"{AGREEMENT}.csv").read_bytes() == content):
            output.write_set(folder, AGREEMENT, {"csv": content}, record)
    return whole


def _agreement(folder: Path) -> pd.DataFrame:
    stems = [stem for stem in figures.stems() if is_current(stem, folder)]
    tables = {stem: pd.read_csv(folder / f"{stem}.csv") for stem in stems}
    parts = [
        summary(table).assign(figure=stem)
        for stem, table in tables.items()
        if "deviation" in table.columns
    ]
    if not parts:
        return pd.DataFrame()
    whole = pd.concat(parts, ignore_index=True)
    whole.insert(0, "figure", whole.pop("figure"))
    return whole


def _module(stem: str) -> str:
    return "compare.papers.tang2025.claims" if stem == CLAIMS else figures.load(stem).__name__
