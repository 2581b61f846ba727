"""The atlas: one table over all papers, of how good their weak-drive formulas are at their drives.

A row is a formula of a paper at the paper's own drive.  It says how far the closed form is off from
the master equation there, and up to which drive it would hold to 1 % and to 10 %
(`compare.critical_drive`), beside the verdicts on the paper's claims.  Drives stand in the paper's
own unit, a power in W or fW, an amplitude in a loss; ``drive_over_loss`` is the amplitude over the
loss of the driven mode, which may be compared between papers.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from scipy.optimize import brentq

from compare.audit.decision import drive_name, measure
from compare.audit.judgement import KIND, own_drive
from compare.audit.measure import Measure
from compare.audit.point import model_values
from compare.audit.sheet import CLAIM, FORMULA, Entry, Sheet
from compare.claim import VERDICTS
from compare.quantities import driven_mode
from compare.validity.critical import critical_drive
from systems.arithmetic import evaluate
from systems.values import read_values

if TYPE_CHECKING:
    import pandas as pd

TOLERANCES = (0.01, 0.1)  # a deviation that no curve would show, and one that any would
# multiples of the paper's drive at which a field's formula is followed: to a millionth, and to 16
SCALES = 2.0 ** np.arange(-20, 5)
PRECISION = 1e-4  # of the drive at which its deviation crosses a tolerance
COLUMNS = {
    "claims": "claims of the paper that can be decided",
    "drive_stated": "whether the drive is the paper's, or our reading of a paper that states none",
    "drive_over_loss": "drive amplitude over the loss of the driven mode",
    "deviation": "closed form/master equation - 1 at the paper's drive",
    "holds_to_1_percent": "drive up to which the closed form holds to 1 %, in the unit of `drive`",
    "holds_to_10_percent": "the same for 10 %",
    "status": "of both drives: ok; nowhere: off at the weakest drive already; not reached: a bound",
}


def formulas(sheet: Sheet) -> "pd.DataFrame":
    """One row per formula of a paper, computed now.

    Columns: ``formula, quantity, drive, unit, drive_stated, drive_over_loss, leading_order,
    master_equation, deviation, holds_to_1_percent, holds_to_10_percent, status``; see `COLUMNS`.

    >>> from compare.papers import load
    >>> rows = formulas(load("huang2018").sheet())
    >>> rows["deviation"].round(2).tolist()
    [-0.32, 1.17]
    """
    import pandas as pd

    return pd.DataFrame([_row(sheet, entry) for entry in sheet.of(FORMULA)])


def chapter(key: str, rows: "pd.DataFrame", formula: "pd.DataFrame") -> "pd.DataFrame":
    """The rows of the atlas of one paper: its verdicts, counted, beside each of its formulas.

    ``rows`` are those of its audit, ``formula`` those of `formulas`.

    >>> import pandas as pd
    >>> verdicts = pd.DataFrame({"verdict": ["reproduced", "not reproduced"]})
    >>> found = chapter("me2026", verdicts, pd.DataFrame({"formula": ["g2"]}))
    >>> int(found["claims"][0]), int(found["not_reproduced"][0])
    (2, 1)
    """
    claims = rows[rows[KIND] == CLAIM] if KIND in rows else rows
    counted = {word.replace(" ", "_"): int((claims["verdict"] == word).sum()) for word in VERDICTS}
    found = formula.copy()
    for i, (name, value) in enumerate({"paper": key, "claims": len(claims), **counted}.items()):
        found.insert(i, name, value)
    return found


def atlas_text(atlas: "pd.DataFrame") -> str:
    """The atlas for a terminal, with what its columns are and the sentence that it makes.

    >>> import pandas as pd
    >>> atlas_text(pd.DataFrame())
    'No audit is current.'
    """
    if atlas.empty:
        return "No audit is current."
    own = atlas[["paper", "formula", "drive_over_loss"]].copy()
    own["drive"] = [_with_unit(row["drive"], row["unit"]) for _, row in atlas.iterrows()]
    own["off"] = [f"{100 * off:+.3g} %" for off in atlas["deviation"]]
    for column in ("holds_to_1_percent", "holds_to_10_percent"):
        own[column] = atlas[column]
    own["status"] = atlas["status"]
    return "\n".join([
        own.to_string(index=False, float_format="{:.3g}".format, na_rep=""),
        "",
        *sentences(atlas),
        *(f"{name}: {words}." for name, words in COLUMNS.items() if name in own),
    ])  # fmt: skip


def sentences(atlas: "pd.DataFrame") -> list[str]:
    """What the atlas says: the verdicts of all papers, and how many formulas hold at their drive.

    >>> import pandas as pd
    >>> row = {"paper": "me2026", "claims": 1, "reproduced": 1, "leading_order_only": 0,
    ...        "not_reproduced": 0, "undetermined": 0, "drive_stated": True, "deviation": 0.2}
    >>> sentences(pd.DataFrame([row]))[1]
    'Formulas whose paper states its drive: 1; within 1 % there: 0; within 10 %: 0.'
    """
    counts = atlas.drop_duplicates("paper")
    verdicts = ", ".join(f"{counts[w.replace(' ', '_')].sum()} {w}" for w in VERDICTS)
    stated = atlas[atlas["drive_stated"]]
    one, ten = (int((abs(stated["deviation"]) <= tolerance).sum()) for tolerance in TOLERANCES)
    return [
        f"{counts['claims'].sum()} claims of {len(counts)} papers: {verdicts}.",
        f"Formulas whose paper states its drive: {len(stated)}; within 1 % there: {one}; "
        f"within 10 %: {ten}.",
    ]


def _with_unit(drive: float, unit: str) -> str:
    return f"{drive:.3g} {unit}".strip()


def _row(sheet: Sheet, entry: Entry) -> dict[str, Any]:
    """One formula at the paper's drive."""
    asked = measure(sheet, entry)
    roads = asked.roads()
    own, limits, status = own_drive(sheet, entry), *_limits(sheet, entry, asked)
    return {
        "formula": f"{entry.statement}, {entry.place}",
        "quantity": asked.asked["quantity"],
        "drive": own,
        "unit": sheet.drive.unit,
        "drive_stated": drive_name(sheet, asked) not in sheet.unstated,
        "drive_over_loss": _over_loss(asked),
        "leading_order": roads.leading,
        "master_equation": roads.master,
        "deviation": roads.leading / roads.master - 1,
        "holds_to_1_percent": own * limits[0],
        "holds_to_10_percent": own * limits[1],
        "status": status,
    }


def _over_loss(asked: Measure) -> float:
    """The drive amplitude over the loss of the driven mode, or over the largest loss."""
    model, values = asked.target.model, model_values(asked.target, asked.point())
    arrays = read_values(model, values)
    rates: dict[sp.Expr, float] = defaultdict(float)
    for loss in model.losses:  # of one mode there may be several
        rates[loss.operator] += float(evaluate(loss.rate + 0, arrays).real)
    own = rates.get(driven_mode(model), max(rates.values()))
    return abs(float(values[str(model.drive)])) / own


def _limits(sheet: Sheet, entry: Entry, asked: Measure) -> tuple[np.ndarray, str]:
    """Multiples of the paper's drive up to which the formula holds, and what they are worth."""
    if asked.field() is not None:
        return _followed(sheet, entry)
    model, values = asked.target.model, model_values(asked.target, asked.point())
    found = critical_drive(
        model,
        values,
        str(asked.asked["quantity"]),
        np.array(TOLERANCES),
        largest=entry.largest,
        progress=False,
    )
    ratio = np.asarray(found.drive, float) / float(values[str(model.drive)])
    words = sorted({str(word) for word in np.ravel(found.status)})
    return ratio ** (1 / _power(sheet, entry, asked)), ", ".join(words)


def _power(sheet: Sheet, entry: Entry, asked: Measure) -> float:
    """How the model's drive follows the paper's: 1 for an amplitude, 1/2 for a power."""
    name = str(asked.target.model.drive)
    four = measure(sheet, entry, scale=4.0).point()[name] / asked.point()[name]
    return float(np.log(four) / np.log(4.0))


def _followed(sheet: Sheet, entry: Entry) -> tuple[np.ndarray, str]:
    """The same for a field, which is solved at each drive: where it first misses, from weak ones.

    A field may hold a laser of its own that is a multiple of the drive, so that no series in the
    drive at fixed values finds the place.
    """
    asked = measure(sheet, entry)
    name = drive_name(sheet, asked)
    own = asked.point()[name]

    def size(scales: np.ndarray) -> np.ndarray:
        roads = asked.along(name, own * scales)
        return np.asarray(abs(roads.leading / roads.master - 1))

    found = [_crossing(size, size(SCALES), tolerance) for tolerance in TOLERANCES]
    words = sorted({word for _, word in found})
    return np.array([scale for scale, _ in found]), ", ".join(words)


def _crossing(
    size: Callable[[np.ndarray], np.ndarray], sizes: np.ndarray, tolerance: float
) -> tuple[float, str]:
    """The scale at which a deviation first passes the tolerance, and a word for it.

    ``sizes`` are those at `SCALES`.  A deviation that is not known counts as one that is too large.
    """
    outside = np.flatnonzero(~(sizes <= tolerance))
    if not outside.size:
        return float(SCALES[-1]), "not reached"
    first = outside[0]
    if not first:
        return 0.0, "nowhere"
    low, high = np.log(SCALES[first - 1 : first + 1])

    def excess(log_scale: float) -> float:
        return float(np.log(size(np.array([np.exp(log_scale)]))[0] / tolerance))

    return float(np.exp(brentq(excess, low, high, xtol=PRECISION))), "ok"
