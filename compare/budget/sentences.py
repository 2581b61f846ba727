"""An error budget in words: its ladder as lines, and in a sentence what its largest step is.

Two neighbouring steps may be huge and cancel: a cut of the master equation that is too tight for
g2 next to a zero is one step, and lifting it is the next.  Neither is a cause of the formula's
error.  Such a pair counts as one step, of the size of its sum, and is named for what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from compare.budget.steps import brings, varied

if TYPE_CHECKING:
    import pandas as pd

# a pair that leaves less than this part of its larger step is one step: neither of the two is then
# a cause, for the error would not be smaller without both
CANCELLING = 0.1
# of the largest step: a step of the other sign that is worth naming, because the error is then at
# most half of what the largest step alone would make
AGAINST = 0.5

FLOOR = "round-off floor"  # the last line of a ladder

Step = tuple[str, float]  # what it brings, and what it contributes


def budget_text(table: pd.DataFrame) -> str:
    """The ladder of a point for a terminal, the round-off floor its last line.

    >>> from compare.budget import budget
    >>> from systems import kerr
    >>> budget_text(budget(kerr.MODEL, kerr.VALUES, "number")).splitlines()[0].split()
    ['quantity', 'rung', 'value', 'contribution']
    """
    import pandas as pd

    shown = table[["quantity", "rung", "value", "contribution"]]
    ends = table.drop_duplicates("quantity")[["quantity", "roundoff"]]
    floors = ends.rename(columns={"roundoff": "contribution"}).assign(rung=FLOOR)
    lines = pd.concat([shown, floors]).sort_values(
        "quantity", kind="stable", key=lambda names: names.map(list(ends["quantity"]).index)
    )
    forms = np.where(lines["rung"] == FLOOR, "{:.0e} %", "{:+.3g} %")
    parts = zip(forms, 100 * lines["contribution"], strict=True)
    lines["contribution"] = ["-" if np.isnan(x) else form.format(x) for form, x in parts]
    return str(lines.to_string(index=False, float_format="{:.6g}".format, na_rep=""))


def largest(table: pd.DataFrame) -> list[str]:
    """One sentence per quantity: error of the formula, step that contributes most, round-off.

    A step of the other sign at least half as large is named beside it, and so are neighbours
    that are larger but cancel.  Of a sweep it speaks of the point at which the formula is worst,
    and counts the points at which the master equation has no answer.  ``table`` is one of
    `compare.budget.budget`.

    >>> from compare.budget import budget
    >>> from systems import kerr
    >>> (sentence,) = largest(budget(kerr.MODEL, {**kerr.VALUES, "xi": 0.01}, "number"))
    >>> sentence.startswith("number: leading order +0.0")
    True
    """
    return [_sentence(str(name), rows) for name, rows in table.groupby("quantity", sort=False)]


def _sentence(name: str, rows: pd.DataFrame) -> str:
    """What is said of one quantity, from its rows: at the point where the formula is worst."""
    rungs = rows["rung"].nunique()
    formula = rows["deviation"].iloc[::rungs].abs()
    if formula.isna().all():
        words = ", ".join(dict.fromkeys(rows["status"]))
        return f"{name}: the error is not known, the master equation is {words}."
    start = formula.idxmax()
    ladder = rows.loc[start : start + rungs - 1]
    first = ladder.iloc[0]
    where = "".join(f", at {place} = {first[place]:.6g}" for place in varied(rows))
    lost = rows["status"].iloc[::rungs][formula.isna()]
    unknown = f"; {len(lost)} of {len(formula)} points {', '.join(lost.unique())}"
    return (
        f"{name}{where}: {first['rung']} {first['deviation']:+.3%}, of which the largest part is "
        f"{_causes(ladder)}; round-off {first['roundoff']:.0e}{unknown if len(lost) else ''}."
    )


def _causes(ladder: pd.DataFrame) -> str:
    """The largest step, what stands against it, and the larger pairs that cancel."""
    parts = ladder["contribution"].fillna(0.0)
    steps, pairs = _join(list(zip(brings(ladder), parts, strict=True)))
    top = max(steps, key=_size)
    other = max(steps, key=lambda step: -step[1] * np.sign(top[1]))
    words = [_spell(top)]
    if other[1] * top[1] < 0 and _size(other) >= AGAINST * _size(top):
        words.append(f"against {_spell(other)}")
    for one, two in pairs:
        if max(_size(one), _size(two)) > _size(top):
            words.append(f"while {_spell(one)} and {_spell(two)} cancel")
    return ", ".join(words)


def _join(steps: Sequence[Step]) -> tuple[list[Step], list[tuple[Step, Step]]]:
    """The steps, those that cancel joined with their neighbour, and the pairs so joined.

    What a pair leaves is a step of its own and may cancel with the next.
    """
    joined: list[Step] = []
    pairs = []
    for step in steps:
        if joined and _cancel(joined[-1], step):
            before = joined.pop()
            pairs.append((before, step))
            step = (f"{before[0]} with {step[0]}", before[1] + step[1])
        joined.append(step)
    return joined, pairs


def _cancel(one: Step, two: Step) -> bool:
    """Whether two steps leave less than the share `CANCELLING` of the larger one."""
    return abs(one[1] + two[1]) < CANCELLING * max(_size(one), _size(two))


def _size(step: Step) -> float:
    """The size of a step, without its sign."""
    return abs(step[1])


def _spell(step: Step) -> str:
    """A step with its contribution in percent."""
    return f"{step[0]} ({step[1]:+.3%})"
