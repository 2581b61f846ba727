"""What zero at leading order means: which states the drive and the jumps can reach at all.

A closed form that is zero may be zero altogether, because nothing leads from the vacuum to the
state, or the hierarchy of leading orders does not see it: a quantum jump feeds it, or a term that
raises fewer quanta than its order in the drive pays for.  Only the first may be printed as 0.

``(n, n)`` of the density matrix is reached if and only if ``n`` is reached by the words of H_eff
and of the jumps one after the other; an amplitude is reached by those of H_eff alone.  A state is
out of reach if it holds quanta of a mode that no word ever fills, or if its occupation is not a
sum, with integer factors, of what the words change: so a pair drive keeps the parity of a mode.
Both are proofs; a state that they leave open counts as reached.

What the leading order does not see another road does: the series beyond leading order, where the
model has one, and always the master equation.  `other_roads` names those that really lead there,
`unseen` and `dark` say why in a sentence.
"""

from __future__ import annotations

import sympy as sp

from analytic.series.expansion import expand
from systems import Model
from systems.ladder import Mode, Occupation, Word, filled_modes, is_two_level, label, support

# Quanta up to which it is tried whether a series reaches a state.  It only words a message, and
# takes seconds beyond.
FAR = 4


class NotSeen(ValueError):
    """A quantity is zero at leading order, but not zero: the hierarchy does not see it.

    It is a `ValueError` whose message names the road to take instead.  That is no failure of the
    values: it holds for the model as a whole.

    >>> import analytic
    >>> from systems import kerr_ring
    >>> try:  # two modes with J as a free complex number: no path cancels for all values
    ...     analytic.derive(kerr_ring.MODEL).number("a2") == 0
    ... except NotSeen:
    ...     print("not seen")
    False
    """


def is_reached(model: Model, occupation: Occupation, jumps: bool = True) -> bool:
    """Whether the vacuum may lead to an occupation; ``jumps=False``: between two jumps.

    False is proved, True is not: see the head of this file.

    >>> from systems import second_harmonic
    >>> is_reached(second_harmonic.MODEL, (0, 1))
    True
    """
    words = _words(model, jumps)
    filled = filled_modes(words)
    if any(n and i not in filled for i, n in enumerate(occupation)):
        return False
    usable = [word for word in words if support(word[1]) <= filled]
    return _is_combination(occupation, [_change(word) for word in usable])


def is_filled(model: Model, mode: int) -> bool:
    """Whether any quantum ever gets into a mode, given by its position in ``model.modes``.

    >>> from systems import kerr
    >>> is_filled(kerr.MODEL, 0)
    True
    """
    return mode in filled_modes(_words(model, jumps=True))


def is_linear(model: Model) -> bool:
    """Whether drives, beam splitters and losses are all there is: the light is then coherent.

    >>> from systems import kerr
    >>> is_linear(kerr.MODEL)
    False
    """
    if any(map(is_two_level, model.modes)):
        return False
    kept = all(sum(p) <= 1 and sum(q) <= 1 for p, q in model.ladder)
    return kept and all(not any(p) and sum(q) <= 1 for jump in model.jumps for p, q in jump)


def other_roads(model: Model, occupation: Occupation | None = None) -> str:
    """The calls that take the model and, if one is given, reach the occupation: for messages.

    >>> from systems import kerr
    >>> other_roads(kerr.MODEL)
    'analytic.expand or numeric.steady_state'
    """
    roads = ["analytic.gaussian"] if model.not_quadratic() is None and occupation is None else []
    roads += ["analytic.expand"] if _expands(model, occupation) else []
    return ", ".join(roads) + " or " * bool(roads) + "numeric.steady_state"


def unseen(model: Model, undisplaced: Model, what: str, occupation: Occupation) -> str:
    """What the leading order does not see, why, and where to look instead: for messages.

    ``undisplaced`` is the model in which no loss holds a number (`analytic.displacement`).

    >>> from systems import kerr
    >>> print(unseen(kerr.MODEL, kerr.MODEL, "P", (1,)).partition(":")[0])
    P is zero at leading order in `xi`, but not altogether
    """
    pure = is_reached(undisplaced, occupation, jumps=False)
    reason = "terms of higher order in the drive" if pure else "quantum jumps"
    roads, drive = other_roads(model, occupation), model.drive or "the drive"
    return (
        f"{what} is zero at leading order in `{drive}`, but not altogether: "
        f"{reason} may feed it; use {roads}."
    )


def dark(model: Model, mode: Mode | str) -> str:
    """Why a mode has no one-quantum amplitude at leading order, and what to use instead.

    >>> from systems import kerr
    >>> print(dark(kerr.MODEL, "a").partition(",")[0])
    Mode `a` has no one-quantum amplitude at leading order
    """
    name = label(model.modes[model.index(mode)])
    one = f"Mode `{name}` has no one-quantum amplitude at leading order"
    jumps = "its photon statistics are decided by quantum jumps"
    roads = other_roads(model, model.occupation(mode))
    if model.not_quadratic() is None:
        roads = f"analytic.gaussian, {roads}"
    pump = (model.occupation(mode), (0,) * len(model.modes))
    if model.grading.unit > 1 and 1 in model.by_order(model.ladder.get(pump, sp.S.Zero)):
        return (
            f"{one}: a term of first order in `{model.drive}` fills {model.grading.unit} quanta "
            f"at the same order as the one-photon drive fills one, so {jumps}. If that term is "
            "weaker, give it a symbol of its own and name its order in the drive among the "
            f"`orders` of the Model; if not, use {roads}."
        )
    return f"{one}, so {jumps}: use {roads}."


def _expands(model: Model, occupation: Occupation | None) -> bool:
    if occupation is not None and model.grading.of(occupation) > FAR:
        return False
    try:
        series = expand(model)
        if occupation is not None:
            series.probability(occupation)
    except ValueError:
        return False
    return True


def _words(model: Model, jumps: bool) -> set[Word]:
    """The words that act on a ket, those of H_eff and, one of each jump at a time, of the jumps."""
    words = set(model.effective_ladder)
    return words.union(*model.jumps) if jumps else words


def _change(word: Word) -> list[int]:
    return [p - q for p, q in zip(*word, strict=True)]


def _is_combination(target: Occupation, changes: list[list[int]]) -> bool:
    """Whether integers times the changes add up to the target: Gauss with Euclid's algorithm."""
    rest, rows = list(target), [row for row in changes if any(row)]
    for column in range(len(rest)):
        while len(active := [row for row in rows if row[column]]) > 1:
            least = min(active, key=lambda row: abs(row[column]))
            rows = [row if row is least else _subtract(row, least, column) for row in rows]
        if active:
            if rest[column] % active[0][column]:
                return False
            rest = _subtract(rest, active[0], column)
            rows = [row for row in rows if row is not active[0]]
        elif rest[column]:
            return False
    return True


def _subtract(row: list[int], other: list[int], column: int) -> list[int]:
    factor = row[column] // other[column]
    return [x - factor * y for x, y in zip(row, other, strict=True)]
