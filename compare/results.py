"""The results on disk: what is current stays, what is missing or changed is made again.

A `PaperResult` is one panel of a paper, ``fig3c``, or the audit of its claims, ``claims``.  Its
name is the path of its files below the folder of all results, without their suffixes: each paper
has a folder of its own, ``key/fig3c``, but the first one, whose results lie in ``results/`` itself.

A result is *current* while its files are as they were written and the fingerprint of the code that
makes it (`compare.files.provenance.fingerprint`) is the one noted in its sidecar.
"""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from compare import papers
from compare.files import output, provenance
from compare.files.lock import locked
from compare.papers.paper import CLAIMS, JUDGE, Paper

if TYPE_CHECKING:
    import pandas as pd

AGREEMENT = "agreement"  # stem of the summary of all figures
ATLAS = "atlas"  # stem of the table over all papers
SUFFIXES = ("csv", "png", "pdf")


@dataclass(frozen=True)
class PaperResult:
    """A figure of a paper by its ``stem``, or with the stem `CLAIMS` the audit of its claims.

    >>> figure = find("fig3c")
    >>> figure.name, figure.module
    ('fig3c', 'compare.papers.tang2025.figures.fig3c')
    """

    paper: Paper
    stem: str

    @property
    def name(self) -> str:
        """Where its files lie below the folder of all results, without their suffixes.

        >>> find("fig3c").name
        'fig3c'
        """
        return (Path(self.paper.place) / self.stem).as_posix()

    @property
    def module(self) -> str:
        """The dotted name of the code that computes it.

        >>> find("fig3c").module
        'compare.papers.tang2025.figures.fig3c'
        """
        inner = CLAIMS if self.is_audit else f"figures.{self.stem}"
        return f"{self.paper.package}.{inner}"

    @property
    def modules(self) -> tuple[str, ...]:
        """Dotted names of all code that decides it: of an audit what judges, and its functions.

        The package of a paper stands for its file of claims, which lies beside it.

        >>> audits(["liew2010"])[0].modules[0]
        'compare.papers.liew2010'
        """
        if not self.is_audit:
            return (self.module,)
        beside = self.paper.directory.glob("*.py")
        names = sorted(path.stem for path in beside if path.stem != "__init__")
        package = self.paper.package
        return (package, self.module, JUDGE, *(f"{package}.{name}" for name in names))

    @property
    def command(self) -> str:
        """The words that make it, for its sidecar.

        >>> find("fig3c").command, audits(["tang2025"])[0].command
        ('blockade reproduce fig3c', 'blockade audit tang2025')
        """
        words = f"audit {self.paper.key}" if self.is_audit else f"reproduce {self.name}"
        return f"blockade {words}"

    @property
    def is_audit(self) -> bool:
        """Whether it is the audit of the claims and no figure.

        >>> find("fig3c").is_audit
        False
        """
        return self.stem == CLAIMS

    def folder(self, out: Path) -> Path:
        """Where its files lie when all results lie in ``out``.

        >>> find("fig3c").folder(Path("results")).as_posix()
        'results'
        """
        return out / self.paper.place


def everything() -> list[PaperResult]:
    """All figures and the audit of every paper, paper by paper.

    >>> {"fig3c", "claims", "huang2018/claims"} <= {result.name for result in everything()}
    True
    """
    return [
        PaperResult(paper, stem) for paper in papers.every() for stem in (*paper.figures(), CLAIMS)
    ]


def figures() -> list[PaperResult]:
    """Every figure of every paper, in their order.

    >>> "fig1b" in [figure.name for figure in figures()]
    True
    """
    return [result for result in everything() if not result.is_audit]


def audits(keys: Iterable[str] = ()) -> list[PaperResult]:
    """The audits of the papers of these keys, or of all; raises `ValueError` for another key.

    >>> [audit.module for audit in audits(["tang2025"])]
    ['compare.papers.tang2025.claims']
    """
    return [PaperResult(papers.load(key), CLAIMS) for key in keys or papers.keys()]


def find(text: str) -> PaperResult:
    """The figure that a user calls ``text``: its name, ``key/stem``, or a stem that is unique.

    Raises `ValueError` with the near one, or with all.

    >>> find("tang2025/fig3c").name
    'fig3c'
    >>> find("FIG3C")
    Traceback (most recent call last):
        ...
    ValueError: Figure `FIG3C` does not exist; did you mean `fig3c`?
    """
    there = figures()
    for spell in (lambda f: f.name, lambda f: f"{f.paper.key}/{f.stem}", lambda f: f.stem):
        found = [figure for figure in there if spell(figure) == text]
        if len(found) == 1:
            return found[0]
    # those of the first paper, which have no folder, first
    names = sorted((figure.name for figure in there), key=lambda name: "/" in name)
    if found:
        which = " or ".join(f"`{figure.name}`" for figure in found)
        raise ValueError(f"Figure `{text}` must be of one paper, but several have it: {which}.")
    near = get_close_matches(text.lower(), names, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(names)}."
    raise ValueError(f"Figure `{text}` does not exist; {hint}")


def due(
    results: Sequence[PaperResult], out: Path, *, fresh: bool, force: bool
) -> list[PaperResult]:
    """The results that are to be made: missing or changed ones, or all of them if ``fresh``.

    ``out`` is the folder of all results.  Raises `ValueError` if a folder cannot be written, or
    if a file that would be overwritten was changed since this tool wrote it, unless ``force``; so
    nothing is computed that could not be kept.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     [result.name for result in due([find("fig3c")], Path(name), fresh=False, force=False)]
    ['fig3c']
    """
    for folder in sorted({out, *(result.folder(out) for result in results)}):
        output.check_folder(folder)
    wanted = [result for result in results if fresh or not is_current(result, out)]
    if not force:
        for result in wanted:
            output.check_ours(result.folder(out), result.stem, SUFFIXES)
        if not all(result.is_audit for result in results):
            output.check_ours(out, AGREEMENT, ["csv"])
        if any(result.is_audit for result in results):
            output.check_ours(out, ATLAS, ["csv"])
    return wanted


def make(result: PaperResult, out: Path) -> None:
    """Compute one result and write it with its sidecar: CSV, PNG and PDF, or the CSV alone.

    The provenance is noted before the computation: the numbers are those of the code as it was
    then.

    ``out`` is the folder of all results, which is made where it is missing.  Errors are those of
    `compare.files.output.publish`.
    """
    record = provenance.record(result.command, *result.modules)
    if result.is_audit:
        table, pictures = result.paper.audit(), {}
    else:
        from compare.style import render

        figure = result.paper.figure(result.stem)
        table = figure.compute()
        pictures = render(figure.draw(table))
    files = {"csv": output.to_csv(table), **pictures}
    output.publish(result.folder(out), result.stem, files, {**record, **table.attrs})


def is_current(result: PaperResult, out: Path) -> bool:
    """Whether the files of a result are those that its code would make now.

    False where a file is missing, was changed by hand, or was made by other code or other versions.

    >>> is_current(find("fig3c"), Path("nowhere"))
    False
    """
    inputs = provenance.fingerprint(*result.modules)
    return output.is_current(result.folder(out), result.stem, inputs)


def read_claims(audit: PaperResult, out: Path) -> "pd.DataFrame":
    """The audit as it was written; what is printed in the paper stays as it is printed.

    >>> from tempfile import TemporaryDirectory
    >>> (audit,) = audits(["tang2025"])
    >>> with TemporaryDirectory() as name:
    ...     _ = Path(name, "claims.csv").write_text("claim,printed\\ng2_tip,0.10\\n")
    ...     read_claims(audit, Path(name))["printed"].tolist()
    ['0.10']
    """
    import pandas as pd

    return pd.read_csv(audit.folder(out) / f"{audit.stem}.csv", dtype={"printed": str})


def write_atlas(out: Path) -> "pd.DataFrame":
    """Write ``atlas.csv``, if it is not current: one table over the audits that are.

    Returns it (`compare.audit.atlas`), empty where no audit is current.  What is computed is how
    far the formulas of each paper hold; the verdicts are read from its audit.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     len(write_atlas(Path(name)))  # no audit is there
    0
    """
    import pandas as pd

    from compare.audit import atlas as mapped

    modules = ("compare.audit.atlas", *(m for audit in audits() for m in audit.modules))
    record = provenance.record("blockade audit", *modules)
    current = [a for a in audits() if a.paper.has_sheet and is_current(a, out)]
    path = out / f"{ATLAS}.csv"
    if output.is_current(out, ATLAS, record["inputs"]):
        kept = pd.read_csv(path, keep_default_na=False, na_values=[""])
        if set(kept["paper"]) == {audit.paper.key for audit in current}:
            return kept.fillna({"unit": ""})
    parts = [
        mapped.chapter(a.paper.key, read_claims(a, out), mapped.formulas(a.paper.sheet()))
        for a in current
    ]
    if not parts:
        return pd.DataFrame()
    whole = pd.concat(parts, ignore_index=True)
    output.publish(out, ATLAS, {"csv": output.to_csv(whole)}, record | {"columns": mapped.COLUMNS})
    return whole


def write_agreement(out: Path) -> "pd.DataFrame":
    """Write ``agreement.csv``, if it changes: the summary of every current figure of both roads.

    Returns the summary (`compare.summary` with a column ``figure``), empty where there is no
    figure of both roads.  No other run writes into the folders from the reading to the end of the
    writing.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     len(write_agreement(Path(name)))  # no figure is there
    0
    """
    folders = {out, *(figure.folder(out) for figure in figures())}
    with ExitStack() as locks:
        # in one order in every run, so that no two wait for each other
        for folder in sorted(folder for folder in folders if folder.is_dir()):
            locks.enter_context(locked(folder))
        whole = _agreement(out)
        record = provenance.record("blockade reproduce", "compare.agreement")
        content = output.to_csv(whole)
        kept = output.is_current(out, AGREEMENT, record["inputs"])
        if whole.size and not (kept and (out / f"{AGREEMENT}.csv").read_bytes() == content):
            output.write_set(out, AGREEMENT, {"csv": content}, record)
    return whole


def _agreement(out: Path) -> "pd.DataFrame":
    """The summaries of all current figures, one below the other, with the figure's name first.

    Figures of one road, such as energy levels, have no deviation and are left out.
    """
    import pandas as pd

    from compare.agreement import summary

    parts = []
    for figure in (figure for figure in figures() if is_current(figure, out)):
        table = pd.read_csv(figure.folder(out) / f"{figure.stem}.csv")
        if {"deviation", "resolved"} <= set(table.columns):
            part = summary(table)
            part.insert(0, "figure", figure.name)
            parts.append(part)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
