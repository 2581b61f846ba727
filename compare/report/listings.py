"""Tables of a page: every number that is drawn, with units in the heads, and as CSV to download."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from systems.status import Status

if TYPE_CHECKING:
    import pandas as pd

SAVED = 2500  # rows of a CSV inside of the page: a quarter of a megabyte
CLOSE, FAIR = 0.01, 0.1  # what a figure does not show, and what an experiment would not resolve
# what stands at the head of a column that is no value of a model and no symbol
HEADS = {
    "analytic": "closed form",
    "numeric": "master equation",
    "deviation": "deviation (%)",
    "contribution": "contribution (%)",
    "roundoff": "round-off",
    "true_at_fW": "true at (fW)",
}
PERCENT, SIZES = ("deviation", "contribution"), ("largest", "median", "rms")


def verdict(deviation: float, status: str) -> str:
    """What the distance of two roads is, in words; the status where there is no distance.

    >>> verdict(-0.004, "ok"), verdict(0.3, "ok"), verdict(float("nan"), "undefined")
    ('within 1 %', 'off by +30 %', 'undefined')
    """
    if status != Status.OK or deviation != deviation:  # NaN
        return status
    if abs(deviation) <= CLOSE:
        return f"within {100 * CLOSE:g} %"
    if abs(deviation) <= FAIR:
        return f"within {100 * FAIR:g} %"
    return f"off by {100 * deviation:+.3g} %"


def judged(table: "pd.DataFrame") -> "pd.DataFrame":
    """A table of both roads with a column ``verdict``, without what only machines read.

    >>> import pandas as pd
    >>> rows = pd.DataFrame({"deviation": [0.05], "status": ["ok"], "resolved": [True]})
    >>> judged(rows).to_dict("records")
    [{'deviation': 0.05, 'status': 'ok', 'verdict': 'within 10 %'}]
    """
    pairs = zip(table["deviation"], table["status"], strict=True)
    told = table.assign(verdict=[verdict(x, word) for x, word in pairs])
    return told.drop(columns=["matching_digits", "resolved"], errors="ignore")


def table_html(
    table: "pd.DataFrame", caption: str, spelled: Mapping[str, str] | None = None
) -> str:
    """A table that scrolls in itself, which a keyboard can reach.

    ``spelled`` maps columns to heads, which are in plain text as on an axis of a chart.

    >>> import pandas as pd
    >>> table = table_html(pd.DataFrame({"phi_um": [0.27]}), "places", {"phi_um": r"$\\phi$ (µm)"})
    >>> '<th scope="col">φ (µm)</th>' in table
    True
    """
    from compare.report.charts import axis_text

    names = [str(name) for name in table.columns]
    heads = [axis_text(name, {**HEADS, **(spelled or {})}) for name in names]
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "\n".join(_rows(table, names))
    label = escape(caption, quote=True)
    return (
        f'<div class="scroll" role="region" aria-label="{label}" tabindex="0"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def folded(
    table: "pd.DataFrame", caption: str, stem: str, spelled: Mapping[str, str] | None = None
) -> str:
    """A table behind a line that opens it, and a link that saves all of it as CSV.

    >>> import pandas as pd
    >>> folded(pd.DataFrame({"xi": [0.1]}), "drives", "drives").startswith("<details>")
    True
    """
    return (
        f"<details><summary>{escape(caption)}</summary>\n"
        f"{table_html(table, caption, spelled)}\n</details>\n{download(table, stem)}"
    )


def download(table: "pd.DataFrame", stem: str, most: int = SAVED) -> str:
    """A link that saves the table as a CSV file, which the page carries inside.

    Of a table with more than ``most`` rows some are saved, evenly spread, which the link says.

    >>> import pandas as pd
    >>> download(pd.DataFrame({"xi": [0.1]}), "drives").partition(">Download")[0]
    '<p><a download="drives.csv" href="data:text/csv;base64,eGkKMC4xCg=="'
    """
    from compare.files.output import to_csv

    kept = spread_rows(table, most)
    content = b64encode(to_csv(kept)).decode()
    name = escape(stem, quote=True)
    rows = f"{len(kept)} rows" if kept is table else f"{len(kept)} of {len(table)} rows"
    return (
        f'<p><a download="{name}.csv" href="data:text/csv;base64,{content}">'
        f"Download {name}.csv</a> ({rows})</p>"
    )


def spread_rows(table: "pd.DataFrame", most: int) -> "pd.DataFrame":
    """The table, or at most so many rows of it from the first to the last, evenly spread.

    >>> import pandas as pd
    >>> spread_rows(pd.DataFrame({"x": range(5)}), 3)["x"].tolist()
    [0, 2, 4]
    """
    if len(table) <= most:
        return table
    return table.iloc[[round(i * (len(table) - 1) / (most - 1)) for i in range(most)]]


def record_rows(record: Mapping[str, Any]) -> "pd.DataFrame":
    """A sidecar as rows of names and values, what is nested with a dot.

    >>> record_rows({"versions": {"numpy": "2.0"}}).to_dict("records")
    [{'entry': 'versions.numpy', 'value': '2.0'}]
    """
    import pandas as pd

    return pd.DataFrame(list(_flat(record)), columns=["entry", "value"])


def _flat(record: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}.")
        else:
            yield name, str(value)


def _rows(table: "pd.DataFrame", names: Sequence[str]) -> Iterator[str]:
    """The rows of a table, coloured by their verdict where they have one."""
    columns = [table[name].tolist() for name in table.columns]
    place = names.index("verdict") if "verdict" in names else None
    for row in zip(*columns, strict=True):
        kind = "" if place is None else f' class="{_kind(str(row[place]))}"'
        cells = "".join(_cell(name, value) for name, value in zip(names, row, strict=True))
        yield f"<tr{kind}>{cells}</tr>"


def _kind(words: str) -> str:
    """How good a verdict is: of a deviation, or of an audit."""
    if words in (f"within {100 * CLOSE:g} %", "reproduced"):
        return "good"
    return "fair" if words.startswith(("within", "leading", "undetermined", "partly")) else "bad"


def _cell(name: str, value: Any) -> str:
    """One cell: numbers to the right with six digits, deviations in percent with their sign."""
    if isinstance(value, bool) or not isinstance(value, int | float | complex):
        kind = "verdict" if name == "verdict" else "word"
        return f'<td class="{kind}">{escape("" if value is None else str(value))}</td>'
    if value != value:  # NaN
        return "<td>–</td>"
    if name in SIZES:
        return f"<td>{100 * value:.3g}</td>"
    if name in PERCENT:
        return f"<td>{100 * value:+.3g}</td>"
    return f"<td>{value:.6g}</td>"
