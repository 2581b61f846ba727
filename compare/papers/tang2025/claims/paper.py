"""The audit of the paper, for any device: every claim, what both roads say, and the verdict."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from compare.audit.judgement import audit as judge
from compare.audit.judgement import audit_text
from compare.papers import load
from compare.papers.tang2025.figures.cavities import DEVICE
from compare.papers.tang2025.figures.tables import described
from systems.library.nanotip import Device

if TYPE_CHECKING:
    import pandas as pd


def at_drive(scale: float, device: Device = DEVICE) -> Device:
    """The device at a multiple of its input power: what claims in Python are called with.

    >>> at_drive(0.5).power
    2e-15
    """
    return replace(device, power=device.power * scale)


def audit(only: Iterable[str] = ()) -> "pd.DataFrame":
    """One row per claim, computed now; some minutes for all.  ``only`` names those wanted.

    Columns are those of `compare.audit.judgement.audit`, the last of them ``true_at_fW``.

    >>> rows = audit(["J_0", "weak_drive"])
    >>> list(rows["verdict"])
    ['reproduced', 'not reproduced']
    >>> round(float(rows["true_at_fW"][1]), 2)
    0.93
    """
    rows = judge(load("tang2025").sheet(), at_drive, only)
    rows.attrs |= described(DEVICE)
    return rows


def claims_text(rows: "pd.DataFrame") -> str:
    """The audit for a terminal; ``rows`` are those of `audit`, or as read from claims.csv."""
    return audit_text(load("tang2025").sheet(), rows)
