"""The audit: every claim of the paper, what both roads say, and the verdict.

A claim (`compare.claim.Claim`) knows where it stands and what it says; called with a device it
gives its numbers with the interval in which they make it true, and `compare.claim` makes a
verdict of them.  Of a claim that the master equation disputes, the input power is given at which
it would hold (`power`).  The claims stand in four files, in the order of the paper: of the
`device` and the formulas, of `blockade`, of the `mechanism`, of the `efficiency`.
"""

import numpy as np
import pandas as pd
from tqdm import tqdm

from compare.agreement import compare_numbers
from compare.claim import DISPUTED, VERDICTS, Claim, reason, verdict
from compare.papers.tang2025.claims import blockade, efficiency, mechanism
from compare.papers.tang2025.claims import device as of_device
from compare.papers.tang2025.claims.power import DOWN, UP, power_of_truth
from compare.papers.tang2025.figures.cavities import DEVICE, described
from systems.library.nanotip import Device

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
    "true_at_fW": (
        "input power nearest to the device's at which a disputed claim would hold, "
        "empty where there is none"
    ),
}

CLAIMS: tuple[Claim, ...] = tuple(
    value
    for module in (of_device, blockade, mechanism, efficiency)
    for value in vars(module).values()
    if isinstance(value, Claim)
)


def audit(device: Device = DEVICE, claims: tuple[Claim, ...] = CLAIMS) -> pd.DataFrame:
    """One row per claim, computed now; some minutes for all.

    Columns: ``claim, place, statement, quantity, printed, leading_order, master_equation,
    deviation, verdict, reason, true_at_fW``; `COLUMNS` explains them.  With several readings the
    numbers are those of the first; the reason has all.

    >>> rows = audit(claims=(of_device.J_0, of_device.weak_drive))
    >>> list(rows["verdict"])
    ['reproduced', 'not reproduced']
    >>> round(float(rows["true_at_fW"][1]), 2)
    0.93
    """
    bar = tqdm(claims, "claims", leave=False, delay=1, disable=None)
    rows = pd.DataFrame([_row(claim, device) for claim in bar])
    rows.attrs = described(device) | {"numeric": SOLVED, "columns": COLUMNS}
    return rows


def claims_text(rows: pd.DataFrame) -> str:
    """The audit for a terminal: numbers and verdicts, the reasons, the counts, the powers.

    ``rows`` are those of `audit`, as computed or as read from claims.csv.

    ``true_at_fW`` is listed at the end, for disputed claims alone.
    """
    numbers = rows.drop(columns=["statement", "reason", "true_at_fW"])
    reasons = [
        f"{row.claim} ({row.place}): {row.statement}. {row.verdict.capitalize()}: {row.reason}"
        for row in rows.itertuples()
    ]
    counts = [f"{(rows['verdict'] == word).sum()} {word}" for word in VERDICTS]
    disputed = rows[rows["verdict"].isin(DISPUTED)]
    powers = [_power_text(row.claim, row.true_at_fW) for row in disputed.itertuples()]
    parts = [
        numbers.to_string(index=False, float_format="{:.4g}".format, na_rep="", justify="left"),
        f"Deviation: {COLUMNS['deviation']}.",
        "\n".join(reasons),
        f"{len(rows)} claims: {', '.join(counts)}.",
        "\n".join([_powers_head(), *powers]),
    ]
    return "\n\n".join(parts)


def _row(claim: Claim, device: Device) -> dict[str, object]:
    """What the table says of one claim.

    A claim with several readings has the numbers of the first and the verdict of all.  Where a
    reading compares the two roads, its number is the distance and stands in the column
    ``deviation``.
    """
    readings = claim(device)
    word = verdict(readings)
    first = readings[0]
    leading, master = float(first.roads.leading), float(first.roads.master)
    deviation = compare_numbers(leading, master)["deviation"].item()
    if first.compares:
        deviation, master = master, np.nan
    return {
        "claim": claim.name,
        "place": claim.place,
        "statement": claim.statement,
        "quantity": first.quantity,
        "printed": first.printed,
        "leading_order": leading,
        "master_equation": master,
        "deviation": deviation,
        "verdict": word,
        "reason": reason(readings),
        "true_at_fW": power_of_truth(claim, device) * 1e15 if word in DISPUTED else np.nan,
    }


def _powers_head() -> str:
    """What the list of powers is, and how far was searched."""
    low, high = (1e15 * DEVICE.power * end for end in (DOWN.min(), UP.max()))
    return (
        f"Input power at which a disputed claim would hold, searched from {low:g} to {high:g} fW "
        f"(the paper has {1e15 * DEVICE.power:g} fW):"
    )


def _power_text(claim: str, power_fW: float) -> str:
    """One line of the list of powers: the claim with its power, or with "none"."""
    return f"  {claim}: {'none' if np.isnan(power_fW) else f'{power_fW:.3g} fW'}"
