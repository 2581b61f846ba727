"""Steady states of any model, at one point or at a batch of points, with chosen truncation.

    L rho = 0,    Tr rho = 1

The truncation is the largest total number of quanta.  With ``quanta=None`` each point gets the
smallest one whose mean numbers and g2 to g4 of every mode change by less than ``tolerance`` when
two more quanta are allowed (`numeric.search.truncation`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias

import numpy as np

from numeric.arguments import check_quanta
from numeric.frames.bright import BrightSearch
from numeric.frames.means import Means, beside
from numeric.lindblad.space import Space, space
from numeric.lindblad.stability import blurred, crawls, damped, exists
from numeric.search.classical import branches
from numeric.search.truncation import TruncationSearch
from numeric.solvers.choice import ALONE, STEADY
from numeric.solvers.nojump import KINDS
from numeric.solvers.solution import Solution
from numeric.state import NoJumpState, SteadyState
from numeric.trust.judge import estimate, results
from numeric.trust.worth import RESOLVED
from systems import Model
from systems.progress import bar
from systems.status import Status
from systems.values import Arrays, Values, read_values, select

# Bytes that a batch may take, half of a laptop's memory
KEPT = 2**32
# Bytes that it takes per state and point: two truncations with populations, errors and changes,
# and the numbers read off them.  At its peak it was 86 for a Kerr mode (10^6 and 2 10^6 points at
# 6 quanta) and 41 for a dimer
EACH = 64
FRAMES = ("original", "displaced", "squeezed")
AROUND = FRAMES[1:]
Pair: TypeAlias = tuple[Solution, Solution | None]  # of some points, and by the truncation before


def steady_state(
    model: Model,
    values: Values,
    quanta: int | Mapping[str, int] | None = None,
    solver: str = "auto",
    tolerance: float = 1e-8,
    limit: int | None = None,
    order: int = 4,
    progress: bool = True,
    frame: str | None = None,
) -> SteadyState:
    """The steady state of the master equation, with status and certificate.

    ``values`` holds a number or an array for every parameter, in one unit of rates (hbar = 1);
    arrays broadcast, and every result has their shape.  ``quanta=None`` chooses per point a
    small truncation whose numbers and g2 ... g^(order) are converged to ``tolerance``
    (relative), up to ``limit`` states (by default 500, or 300 where only g3 and higher orders ask
    for more; 900, or 600, of two modes whose quanta only jumps change; 600 where a weak drive
    orders some modes and others hold quanta of their own, and 900, or 600, where a bath fills
    these; 2002 of three modes and more whose jumps all lower the number of quanta).
    Where none is found the status of the state is "not converged", and each number that two more
    quanta leave alone is returned all the same: every number has its own status.
    ``quanta`` may be given in all, or ``{"a": 4, "b": 30}`` in each mode, or ``{"a + 2 b": 8}`` in
    sums of modes (`systems.sides`).  Then nothing is chosen, whatever ``limit``: a number that the
    cut moves by more than 1e-3 is "not converged", `SteadyState.estimate` has what the cut gives,
    and the certificate what it costs.
    ``solver`` is "auto", "direct" (the reference), "iterative" (large truncations) or "qutip"
    (`qutip.steadystate`).  What takes over a second shows a bar, unless ``progress`` is False.

    Bright light is known without a cut that holds it where it is linear, nearly coherent, or
    squeezed around an amplitude (`numeric.frames.bright`), and so is a weakly driven system beside
    baths that fill more than a cut may hold (`numeric.frames.warm`), or photons that push a mirror
    far (`numeric.frames.polarons`): such points say "gaussian", "displaced", "squeezed", "thermal"
    or "polaron" where others name their solver, and have all numbers but no density matrix (and
    where they are "squeezed" no P(n)).  ``frame="original"`` looks for a cut only,
    ``frame="displaced"`` from the classical amplitude only, and ``frame="squeezed"`` from there, in
    modes that are squeezed as linear light is.

    >>> from systems.library import kerr
    >>> weak = {"Delta": 0.0, "chi": 5.0, "gamma": 1.0, "xi": 0.1}
    >>> state = steady_state(kerr.MODEL, weak)
    >>> state.status, int(state.quanta), round(float(state.correlation("a")), 8)
    ('ok', 7, 0.01067859)

    Raises `ValueError` or `TypeError` for bad values, quanta, solver or frame, and for a truncation
    whose Liouvillian is too large.
    """
    arrays = read_values(model, values)
    search = read_search(model, quanta, solver, tolerance, limit, order)
    _check_frame(frame, quanta)
    return _solve(model, search, solver, progress, frame, arrays)


def read_search(
    model: Model,
    quanta: int | Mapping[str, int] | None,
    solver: str,
    tolerance: float,
    limit: int | None,
    order: int,
) -> TruncationSearch:
    """How `steady_state` looks for truncations with these arguments; raises as it does.

    >>> from systems.library import kerr
    >>> read_search(kerr.MODEL, 6, "direct", 1e-8, None, order=4).quanta
    6
    """
    if solver not in STEADY:
        names = ", ".join(STEADY)
        raise ValueError(f"Argument `solver` must be one of {names}, but is {solver!r}.")
    cut = None if quanta is None else check_quanta(model, quanta, solver=solver)
    search = TruncationSearch(cut, tolerance, limit, order)
    search.check(model, solver)
    return search


def _check_frame(frame: str | None, quanta: object) -> None:
    if frame not in (None, *FRAMES):
        raise ValueError(f"Argument `frame` must be one of {', '.join(FRAMES)}, but is {frame!r}.")
    if frame in AROUND and quanta is not None:
        raise ValueError(
            f"Argument `quanta` must be left out where `frame` is {frame!r}, but is "
            f"{quanta!r}: quanta around an amplitude are chosen."
        )


def _solve(
    model: Model,
    search: TruncationSearch,
    solver: str,
    progress: bool,
    frame: str | None,
    arrays: Arrays,
) -> SteadyState:
    on = space(model.modes, search.quanta or search.order)
    # a search ends with two quanta more than it was asked for, at least
    _check_memory(arrays, space(model.modes, search.quanta or search.order + 2))
    # a solver that is named is asked for its cut
    chosen = frame is None and search.quanta is None and solver in ("auto", ALONE)
    with bar(progress) as report:
        report("whether there is a steady state", 0, arrays[next(iter(arrays))].size)
        stable = np.ravel(exists(model, arrays))
        unique = np.ravel(damped(model, arrays)) | ~stable
        points = np.flatnonzero(stable & unique)
        road = BrightSearch(model, arrays, search, solver, report)
        pairs, bright = _found(road, points, frame, chosen)
    left = beside(points, [found for found, _ in pairs])
    pairs += [
        (Solution.none(on, some, word), None)
        for some, word in (
            (left, Status.NOT_CONVERGED),
            (np.flatnonzero(~stable), Status.MISSING),
            (np.flatnonzero(~unique), Status.NOT_UNIQUE),
        )
        if some.size
    ]
    found, others = zip(*pairs, strict=True)
    hidden = {Status.NOT_UNIQUE: blurred, Status.MISSING: crawls}
    said = [word for word in hidden if any(np.any(block.status == word) for block in found)]
    masks = {word: np.ravel(hidden[word](model, arrays)) for word in said}
    blocks = _honest(found, masks)
    blocks = tuple(_between(model, arrays, block) for block in blocks)
    alone = partial(_solve, model, search, ALONE, progress, frame) if solver == "auto" else None
    return SteadyState(
        model,
        arrays,
        blocks,
        search.certified,
        search.tolerance,
        others,
        alone=alone,
        bright=tuple(bright),
        looked=chosen or frame in AROUND,
        limit=search.limit,
        named=solver,
    )


def _found(
    road: BrightSearch, points: np.ndarray, frame: str | None, chosen: bool
) -> tuple[list[Pair], list[Means]]:
    """The points as they stand, and as bright light; those of neither list are not found.

    Where it may be ``chosen``, bright light is asked before where a cut would be dear, and after
    where none was found; what is known before is not solved again.
    """
    if frame == "displaced":
        return [], [*road.displaced(points, keep=True)]
    if frame == "squeezed":
        return [], [*road.squeezed(points)]
    bright, roughly = road.ahead(points) if chosen else ([], [])
    rest = beside(points, bright)
    found = road.light(rest)
    pairs = list(road.search(road.model, road.arrays, rest, road.solver, road.report, found))
    if chosen:
        ended = _ended(pairs)
        some = [(one, np.isin(one.points, ended)) for one in roughly]
        bright += [one.take(rows) for one, rows in some if rows.any()]
        bright += road.afterwards(beside(ended, bright))
    return pairs, bright


def _ended(pairs: Sequence[Pair]) -> np.ndarray:
    """The points whose search has ended without a cut."""
    ended = [found.points[found.status == Status.NOT_CONVERGED] for found, _ in pairs]
    return np.sort(np.concatenate([np.arange(0), *ended]))


def _honest(
    blocks: Sequence[Solution], hidden: Mapping[Status, np.ndarray]
) -> tuple[Solution, ...]:
    """The same, "not resolved" where something is too slow to see for these words, (points,) each.

    A second state may be one that is left too slowly, and a state that is missing one that is
    reached so.
    """
    honest = []
    for block in blocks:
        slow = [(block.status == word) & where[block.points] for word, where in hidden.items()]
        words = np.where(np.any(slow, axis=0), Status.NOT_RESOLVED, block.status)
        honest.append(replace(block, status=words))
    return tuple(honest)


def _between(model: Model, arrays: Arrays, block: Solution) -> Solution:
    """The same, "not resolved" where branches pass into one another too rarely for any number."""
    known = block.status == Status.OK
    if known.any():  # the mean number tells first, as most points have one
        known &= ~_resolves(*estimate(block, 0, 1))
    rows = np.flatnonzero(known)
    if rows.size:
        some = block.take(rows)
        asked = results(model, some.space.cut, 4)
        rows = rows[~np.any([_resolves(*estimate(some, *one)) for _, *one in asked], axis=0)]
    if rows.size:
        rows = rows[branches(model, select(arrays, block.points[rows])).several]
    words = block.status.copy()
    words[rows] = Status.NOT_RESOLVED
    return replace(block, status=words)


def _resolves(value: np.ndarray, error: np.ndarray) -> np.ndarray:
    return np.asarray(error <= RESOLVED * abs(value))


def _check_memory(arrays: Arrays, on: Space) -> None:
    """Raise `ValueError` if a batch would take more than `KEPT` bytes on this space."""
    count = next(iter(arrays.values())).size
    size = EACH * on.size * count
    if size > KEPT:
        raise ValueError(
            f"Argument `values` must hold fewer points: {count:,} points of {on.size} states would "
            f"take {size / 1e9:.1f} GB, and {KEPT / 1e9:.1f} GB is the limit; solve them in parts, "
            "or as a grid with compare.sweep and a store, which takes less than 2 GB."
        )


def nojump_state(
    model: Model,
    values: Values,
    quanta: int | Mapping[str, int] | None = None,
    kind: str = "normalised",
    tolerance: float = 1e-8,
    limit: int | None = None,
    order: int = 4,
    progress: bool = True,
) -> NoJumpState:
    """The state of H_eff alone, without what the jumps feed back: an approximation.

    ``kind`` is "unnormalised" (C_0 = 1, with the back-action on lower amplitudes), "normalised"
    (the same, divided by its norm) or "slowest" (the eigenvector of H_eff that decays most
    slowly).  The other arguments, the result's methods and the errors are those of
    `steady_state`.

    >>> from systems.library import kerr
    >>> weak = {"Delta": 0.0, "chi": 5.0, "gamma": 1.0, "xi": 0.1}
    >>> pure, true = nojump_state(kerr.MODEL, weak), steady_state(kerr.MODEL, weak)
    >>> bool(abs(pure.correlation("a") / true.correlation("a") - 1) < 0.1)  # jumps feed back little
    True
    """
    arrays = read_values(model, values)
    if kind not in KINDS:
        raise ValueError(f"Argument `kind` must be one of {', '.join(KINDS)}, but is {kind!r}.")
    cut = None if quanta is None else check_quanta(model, quanta)
    search = TruncationSearch(cut, tolerance, limit, order)
    search.check(model)
    points = np.arange(int(np.prod(next(iter(arrays.values())).shape)))
    with bar(progress) as report:
        blocks, others = zip(*search(model, arrays, points, kind, report), strict=True)
    return NoJumpState(model, arrays, blocks, search.certified, tolerance, others, looked=True)
