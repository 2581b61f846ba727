"""The figures on disk: what is current stays, what is missing or changed is made again."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from compare import figures, output, provenance
from compare.agreement import summary
from compare.figures.style import render

AGREEMENT = "agreement"  # stem of the summary of all figures
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
        output.check_ours(folder, AGREEMENT, ["csv"])
    return wanted


def make(stem: str, folder: Path) -> None:
    """Compute and draw one figure, and write its CSV, PNG, PDF and sidecar."""
    figure = figures.load(stem)
    table = figure.compute()
    files = {"csv": output.to_csv(table), **render(figure.draw(table))}
    record = provenance.record(f"blockade reproduce {stem}", figure.__name__)
    output.publish(folder, stem, files, {**record, **table.attrs})


def is_current(stem: str, folder: Path) -> bool:
    """Whether the stem's files are those that its code would make now."""
    inputs = provenance.fingerprint(figures.load(stem).__name__)
    return output.is_current(folder, stem, inputs)


def write_agreement(folder: Path) -> pd.DataFrame:
    """Write ``agreement.csv``: the summary of every current figure that both roads made."""
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
    record = provenance.record("blockade reproduce", "compare.agreement")
    output.publish(folder, AGREEMENT, {"csv": output.to_csv(whole)}, record)
    return whole
