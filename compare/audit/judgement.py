"""The audit of a sheet: every claim, what both roads say, and the verdict.

A row is a claim.  Of one that the master equation disputes, the drive is given at which it would
hold (`compare.audit.turning`).  Checks of ours, numbers that were computed here and that no paper
prints, stand below the claims and are never counted among them.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.agreement import compare_numbers
from compare.audit.decision import AtDrive, decisions, drive_name, measure
from compare.audit.settling import settled
from compare.audit.sheet import CHECK, CLAIM, FORMULA, IDENTICAL, Entry, Sheet
from compare.audit.turning import DOWN, UP, scale_of_truth
from compare.claim import DISPUTED, REPRODUCED, VERDICTS, Claim, Readings, reason, verdict
from systems.progress import counted

if TYPE_CHECKING:
    import pandas as pd

# for the sidecar: of hundreds of solves, each with a certificate of its own
SOLVED = {"solver": "auto", "quanta": "chosen per point, changes by two more quanta below 1e-8"}
COLUMNS = {  # for the sidecar and the terminal
    "quantity": "what the numbers of the row are",
    "leading_order": "the quantity by the closed form",
    "master_equation": "the quantity by the master equation",
    "deviation": (
        "closed form/master equation - 1, negative where the closed form is too small; "
        "or, where both columns before are empty, the distance that `quantity` names"
    ),
}
KIND = "kind"  # the column that tells claims from checks, where there are checks


def audit(sheet: Sheet, at_drive: AtDrive = float, only: Iterable[str] = ()) -> "pd.DataFrame":
    """One row per claim, computed now, and one per check; for a paper of forty claims some minutes.

    Columns: ``claim, place, statement, quantity, printed, leading_order, master_equation,
    deviation, verdict, reason`` and ``true_at_`` with the unit of the drive (`truth_column`);
    `COLUMNS` explains them.  With several readings the numbers are those of the first; the reason
    has all.  Where there are checks, a last column ``kind`` says which rows are.  ``only`` names
    the claims that are wanted, all without it.

    >>> from compare.papers import load
    >>> rows = audit(load("huang2018").sheet(), only=["along_29_kHz"])
    >>> rows["verdict"].item(), round(rows["master_equation"].item(), 1)
    ('not reproduced', 662.6)
    """
    import pandas as pd

    settled(sheet)
    wanted = set(only)
    pairs = [
        (entry, claim)
        for kind in (CLAIM, CHECK)
        for entry, claim in zip(sheet.of(kind), decisions(sheet, kind, at_drive), strict=True)
        if not wanted or entry.id in wanted
    ]
    if not pairs:
        raise ValueError(f"File `{sheet.path.name}` has nothing to judge: it needs a [[claim]].")
    rows = pd.DataFrame([_row(sheet, entry, claim) for entry, claim in counted(pairs, "claims")])
    if sheet.of(CHECK):
        rows[KIND] = [entry.kind for entry, _ in pairs]
    column = truth_column(sheet)
    meaning = (
        f"{sheet.drive.words} nearest to the paper's at which a disputed claim would hold, "
        "empty where there is none"
    )
    rows.attrs = {
        "citation": sheet.citation,
        "values": dict(sheet.values),
        "unstated": dict(sheet.unstated),
        "numeric": SOLVED,
        "columns": COLUMNS | {column: meaning},
    }
    return rows


def truth_column(sheet: Sheet) -> str:
    """The column of the drive at which a claim would hold: by its unit, or else by its name.

    >>> from compare.papers import load
    >>> truth_column(load("tang2025").sheet())
    'true_at_fW'
    """
    return f"true_at_{sheet.drive.unit or sheet.drive.name or 'drive'}"


def own_drive(sheet: Sheet, entry: Entry | None = None) -> float:
    """The paper's own drive, in the unit of the sheet, at an entry or at its first formula.

    NaN for a sheet that says it nowhere.

    >>> from compare.papers import load
    >>> own_drive(load("tang2025").sheet()), own_drive(load("liew2010").sheet())
    (4.0, 0.01)
    """
    entry = entry or next(iter(sheet.of(FORMULA)), None)
    own: Any = {**sheet.values, **(entry.asked.get("values", {}) if entry else {})}
    name = sheet.drive.name or (drive_name(sheet, measure(sheet, entry)) if entry else "")
    if isinstance(own.get(name), str) and entry and not entry.python:
        return float(measure(sheet, entry).point()[name])
    return float(own[name]) if isinstance(own.get(name), int | float) else float("nan")


def audit_text(sheet: Sheet, rows: "pd.DataFrame") -> str:
    """The audit for a terminal: numbers and verdicts, the reasons, the counts, the drives.

    ``rows`` are those of `audit`, as computed or as read from claims.csv.

    >>> from compare.papers import load
    >>> sheet = load("huang2018").sheet()
    >>> print(audit_text(sheet, audit(sheet, only=["g2_formula"])))  # doctest: +ELLIPSIS
    claim ...
    1 claim: 1 reproduced, 0 leading order only, 0 not reproduced, 0 undetermined.
    ...
    """
    column = truth_column(sheet)
    claims, checks = _parted(rows)
    counts = [f"{(claims['verdict'] == word).sum()} {word}" for word in VERDICTS]
    disputed = claims[claims["verdict"].isin(DISPUTED)]
    drives = [_drive_text(sheet, r["claim"], r[column]) for _, r in disputed.iterrows()]
    unstated = [f"  {name}: {words}" for name, words in sheet.unstated.items()]
    parts = [
        _numbers(claims, column) if len(claims) else "",
        f"Deviation: {COLUMNS['deviation']}.",
        _reasons(claims),
        f"{len(claims)} claim{'s' * (len(claims) != 1)}: {', '.join(counts)}.",
        "\n".join(["The paper does not state:", *unstated]) if unstated else "",
        "\n".join([_drives_head(sheet), *drives]) if drives else "",
    ]
    if len(checks):
        parts += ["Checks of ours, which the paper does not print:", _numbers(checks, column),
                  _reasons(checks)]  # fmt: skip
    return "\n\n".join(part for part in parts if part)


def _parted(rows: "pd.DataFrame") -> tuple["pd.DataFrame", "pd.DataFrame"]:
    """The claims, and the checks."""
    if KIND not in rows:
        return rows, rows.iloc[:0]
    is_check = rows[KIND] == CHECK
    return rows[~is_check].drop(columns=KIND), rows[is_check].drop(columns=KIND)


def _numbers(rows: "pd.DataFrame", column: str) -> str:
    """The table without its sentences."""
    numbers = rows.drop(columns=["statement", "reason", column])
    return numbers.to_string(index=False, float_format="{:.4g}".format, na_rep="", justify="left")


def _reasons(rows: "pd.DataFrame") -> str:
    """One line a row: where it stands, what it says, the verdict and the numbers behind it."""
    return "\n".join(
        f"{row.claim} ({row.place}): {row.statement}. {row.verdict.capitalize()}: {row.reason}"
        for row in rows.itertuples()
    )


def _row(sheet: Sheet, entry: Entry, claim: Claim) -> dict[str, object]:
    """What the table says of one claim.

    A claim with several readings has the numbers of the first and the verdict of all.  Where a
    reading compares the two roads, its number is the distance and stands in the column
    ``deviation``.
    """
    readings = claim(1.0)
    word = verdict(readings)
    first = readings[0]
    leading, solved = float(first.roads.leading), float(first.roads.master)
    deviation = compare_numbers(leading, solved)["deviation"].item()
    if first.compares:
        deviation, solved = solved, np.nan
    truth = np.nan
    # a formula that is wrong is so at every drive
    if word in DISPUTED and entry.kind == CLAIM and entry.relation != IDENTICAL:
        truth = scale_of_truth(claim) * own_drive(sheet, entry)
    return {
        "claim": claim.name,
        "place": claim.place,
        "statement": claim.statement,
        "quantity": first.quantity,
        "printed": first.printed,
        "leading_order": leading,
        "master_equation": solved,
        "deviation": deviation,
        "verdict": word,
        "reason": reason(readings) + _nearest(readings),
        truth_column(sheet): truth,
    }


def _nearest(readings: Readings) -> str:
    """Which of several readings comes nearest to what is printed, where one can say.

    Of numbers the one with the smallest distance; of bounds the only one that holds.
    """
    if len(readings) < 2 or len({reading.printed for reading in readings}) > 1:
        return ""
    holding = [reading for reading in readings if reading.verdict == REPRODUCED]
    if not any(np.isnan(r.number + r.roads.master) for r in readings):
        best = min(readings, key=lambda r: abs(r.roads.master - r.number))
    elif len(holding) == 1:
        (best,) = holding
    else:
        return ""
    return f" Nearest to what is printed: {best.detail.rstrip(',')}."


def _drives_head(sheet: Sheet) -> str:
    """What the list of drives is, and how far was searched."""
    own = own_drive(sheet)
    words = sheet.drive.words
    head = f"{words[:1].upper()}{words[1:]} at which a disputed claim would hold"
    if np.isnan(own):
        return f"{head}, searched from {DOWN.min():g} to {UP.max():g} times the paper's:"
    low, high = (own * end for end in (DOWN.min(), UP.max()))
    unit = f" {sheet.drive.unit}" if sheet.drive.unit else ""
    return f"{head}, searched from {low:g} to {high:g}{unit} (the paper has {own:g}{unit}):"


def _drive_text(sheet: Sheet, claim: str, drive: float) -> str:
    """One line of the list of drives: the claim with its drive, or with "none"."""
    unit = f" {sheet.drive.unit}" if sheet.drive.unit else ""
    return f"  {claim}: {'none' if np.isnan(drive) else f'{drive:.3g}{unit}'}"
