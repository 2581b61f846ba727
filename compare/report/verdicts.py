"""What papers claim of a model, with the verdicts of their audits, for a page on that model.

To judge every claim of a paper takes minutes, which a page does not: it takes the audits that
``blockade audit`` has written, as long as they are current.  Of a paper that has not been judged
here it shows what is printed, and says which command judges it.
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from compare.audit.measure import find_beside
from compare.audit.sheet import CLAIM, Entry, Sheet
from compare.papers.paper import Paper
from compare.report.listings import download, table_html
from compare.report.page import Section
from systems import Model

if TYPE_CHECKING:
    import pandas as pd

RESULTS = Path("results")  # where `blockade audit` writes unless it is told otherwise
NONE = "No paper on file claims anything about this system."
# columns of an audit that a reader compares; the sentences that give reasons stand last
SHOWN = ["place", "statement", "quantity", "printed", "leading_order", "master_equation",
         "verdict", "reason"]  # fmt: skip


def audit_section(model: Model, folder: Path = RESULTS) -> Section:
    """The claims of all papers on a model, each with its verdict where there is one.

    ``folder`` is that of all results.  Without a paper on the model the section is one sentence.

    >>> from systems import kerr
    >>> audit_section(kerr.MODEL).parts
    ['<p>No paper on file claims anything about this system.</p>']
    """
    parts = [part for paper, about in papers_on(model) for part in _of_paper(paper, about, folder)]
    return Section("audit", "Audit of the papers", parts or [f"<p>{NONE}</p>"])


def papers_on(model: Model) -> Iterator[tuple[Paper, list[Entry]]]:
    """The papers that claim something about a model, each with these claims.

    >>> from systems import spinning
    >>> [(paper.key, len(claims) > 3) for paper, claims in papers_on(spinning.MODEL)]
    [('huang2018', True)]
    """
    from compare import papers

    for paper in (paper for paper in papers.every() if paper.has_sheet):
        sheet = paper.sheet()
        about = [entry for entry in sheet.of(CLAIM) if _is_about(sheet, entry, model)]
        if about:
            yield paper, about


def _is_about(sheet: Sheet, entry: Entry, model: Model) -> bool:
    """Whether a claim, or a reading of it, asks this model."""
    asked = [entry.asked, *entry.readings]
    names = {str(each.get("system", entry.asked.get("system", sheet.system))) for each in asked}
    return any(name and find_beside(name, sheet.path.parent).model == model for name in names)


def _of_paper(paper: Paper, about: list[Entry], folder: Path) -> list[str]:
    """One paper: its table of verdicts, or of what it prints where it was not judged here."""
    from compare import results

    (audit,) = results.audits([paper.key])
    head = f"<h3>{escape(paper.citation)}</h3>"
    if not results.is_current(audit, folder):
        return [head, _unjudged_words(paper), table_html(_printed(about), f"What {paper.key} says")]
    rows = results.read_claims(audit, folder)
    rows = rows[rows["claim"].isin([entry.id for entry in about])]
    told = counted_claims(rows, "claims on this system")
    table = table_html(rows[SHOWN], f"Claims of {paper.key}")
    return [head, told, table, download(rows, f"claims-{paper.key}")]


def _unjudged_words(paper: Paper) -> str:
    return (
        "<p>These claims have not been judged here by this code: "
        f"<code>blockade audit {escape(paper.key)}</code> does so in some minutes, and a report "
        "that is written afterwards in the same folder has the verdicts.</p>"
    )


def _printed(about: list[Entry]) -> "pd.DataFrame":
    """What is printed, claim by claim."""
    import pandas as pd

    rows = [(entry.place, entry.statement, entry.printed) for entry in about]
    return pd.DataFrame(rows, columns=["place", "statement", "printed"])


def counted_claims(rows: "pd.DataFrame", about: str = "claims") -> str:
    """How many claims have which verdict, as a paragraph.

    >>> import pandas as pd
    >>> counted_claims(pd.DataFrame({"verdict": ["reproduced"]}))
    '<p>1 claims: 1 reproduced.</p>'
    """
    counts = rows["verdict"].value_counts()
    words = "; ".join(f"{count} {word}" for word, count in counts.items())
    return f"<p>{len(rows)} {about}: {escape(words)}.</p>"
