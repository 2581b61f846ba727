"""What a number of a steady state is worth: the judge of every moment of one.

A number may be lost in round-off, may still move when the cut is lifted, or may be 0/0.  A ratio
is never worth more than its denominators: g2 = <a'a'aa>/<a'a>^2 of a mode whose <a'a> is not
resolved is not resolved, however large it looks, and that of an empty mode is undefined.

Each number is judged alone, by what two truncations give for it (`settled`) and by what lies beyond
both (`numeric.trust.tail`): a state that is hot, or that leaves where it is only slowly, hardly
changes with two more quanta while most of it lies beyond them.  A search asks for many results at
once (`settled_each`).  Solvers, `numeric.time` and the series say "not converged" of what they find
themselves.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from numeric.lindblad.paths import paths_held
from numeric.lindblad.space import Cut, Side, covers, levels, wider
from numeric.solvers.solution import Solution
from numeric.trust.tail import (
    CAUTION,
    Words,
    escape,
    fall,
    fallen,
    falling_factorials,
    falling_rows,
    fed,
    missing_at,
    missing_each,
    shells,
)
from numeric.trust.worth import MOVED, TINIEST, Known, Measured
from systems import Model
from systems.ladder import is_two_level, label

# Times what is missing of thermal light beyond a cut, that a result may be off by: of 23 mirrors
# with drawn values (0.3 to 2 phonons) all 92 numbers, to a tolerance of 1e-8, were right to 4e-9
WIDE = 3.0
# A thermal side: quanta from which on it is looked for one, how much the slopes of its logarithm
# may differ, and be at most.  Phonons that light has displaced bend, by a factor of two and more
LONG, STRAIGHT, MOST = 24, 1.15, 0.7
Word: TypeAlias = tuple[int, int]  # a mode, and the order of its correlation


def moment(found: Solution, modes: tuple[int, ...]) -> Known:
    """<a_i' a_j' ... a_j a_i> of the modes at these positions and its round-off, per point.

    A mode may come several times: ``(0, 0)`` is <a_0'^2 a_0^2>.  Normally ordered moments of
    single modes are diagonal in the Fock basis, so that populations are all that is needed.

    >>> from scipy.stats import poisson
    >>> found = Solution.mixture(poisson.pmf(range(4), 0.01))  # coherent light
    >>> (number, error), (pairs, _) = moment(found, (0,)), moment(found, (0, 0))
    >>> number.round(5), pairs.round(6), bool(error[0] < 1e-14)
    (array([0.01]), array([0.0001]), True)
    """
    value, error = moments(found, (modes,))
    return value[0], error[0]


def moments(found: Solution, words: Words) -> Known:
    """The same of many words of modes at once, (words, points).

    >>> from scipy.stats import poisson
    >>> found = Solution.mixture(poisson.pmf(range(6), 0.01))  # coherent light
    >>> moments(found, ((0,), (0, 0)))[0].round(6)
    array([[0.01  ],
           [0.0001]])
    """
    known: Known = found.once(_moments, words)
    return known


def _moments(found: Solution, words: Words) -> Known:
    falling = falling_rows(found.space, words)
    return falling @ found.populations.T, falling @ found.error.T


def measure(found: Solution, modes: tuple[int, ...], normalised: bool = True) -> Measured:
    """The normalised correlation of some modes (one may come twice), or the bare moment.

    Its round-off is that of the numerator and the denominators; the cut is not judged here.

    >>> from scipy.stats import poisson
    >>> found = Solution.mixture(poisson.pmf(range(4), 0.01))  # coherent light
    >>> g2 = measure(found, (0, 0))
    >>> g2.value.round(3), bool(1e-16 < g2.roundoff[0] < 1e-14)  # of a double's digits
    (array([1.]), True)
    """
    if not normalised:
        return Measured(*moment(found, modes))
    if len(modes) == 1:  # g1(0) is 1 wherever there are photons
        number, _ = known = moment(found, modes)
        with np.errstate(invalid="ignore"):
            return Measured(number / number, np.zeros(len(number)), (known,))
    each = measure_each(found, (modes,))
    numbers = tuple(moment(found, (mode,)) for mode in modes)
    return Measured(each.value[0], each.roundoff[0], numbers)


def measure_each(found: Solution, words: Words) -> Measured:
    """Many results at once, (words, points): mean numbers, and correlations of several modes.

    >>> from scipy.stats import poisson
    >>> found = Solution.mixture(poisson.pmf(range(6), 0.01))  # coherent light
    >>> measure_each(found, ((0,), (0, 0))).value.round(3)
    array([[0.01],
           [1.  ]])
    """
    value, error = (part.copy() for part in moments(found, words))
    n, n_error = moments(found, _singles(found))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        size, relative = abs(n), np.zeros(value.shape)
        more = n_error / size
        for row, word in _ratios(words):
            error[row, _is_lost(size[list(word)])] = np.inf
            for mode in word:  # a negative mean number is round-off, its error is not
                value[row] /= n[mode]
                error[row] /= size[mode]
                relative[row] += more[mode]
        return Measured(value, error + abs(value) * relative)


def _is_lost(sizes: np.ndarray) -> np.ndarray:
    """Where a product of sizes (numbers, points) leaves the range of floats: it is no zero."""
    if not np.any(sizes < TINIEST ** (1 / len(sizes))):
        return np.zeros(sizes.shape[1], dtype=bool)
    with np.errstate(under="ignore"):
        return np.asarray(np.all(sizes > 0, axis=0) & (np.prod(sizes, axis=0) < TINIEST))


def _ratios(words: Words) -> list[tuple[int, tuple[int, ...]]]:
    """The words that are divided by mean numbers, with their rows: correlations."""
    return [(row, word) for row, word in enumerate(words) if len(word) > 1]


def _singles(found: Solution) -> Words:
    return tuple((mode,) for mode in range(len(found.space.modes)))


def estimate(found: Solution, mode: int, order: int) -> Known:
    """g^(k) of a mode (the mean number for k = 1) and its round-off, absolute, per point.

    ``mode`` is its position in the model.  What the cut costs is not in it: `settled` has that.

    >>> from scipy.stats import poisson
    >>> found = Solution.mixture(poisson.pmf(range(4), 0.01))  # coherent light
    >>> g2, error = estimate(found, 0, 2)
    >>> g2.round(3)
    array([1.])
    """
    measured = measure(found, (mode,) * order, order > 1)
    return measured.value, measured.roundoff


def beyond(found: Solution, modes: tuple[int, ...], normalised: bool, bound: bool) -> np.ndarray:
    """Relative change of a result through what lies beyond the cut, estimated per point.

    It counts what is missing there, or (``bound``) at most what would be fed from there as well,
    and the same of the mean numbers that a ``normalised`` result is divided by.  A second hump
    beyond the cut (`numeric.trust.tail.escape`) counts whole.

    >>> from scipy.stats import poisson
    >>> found = Solution.mixture(poisson.pmf(range(4), 0.01))  # coherent light
    >>> missing_share = beyond(found, (0, 0), True, bound=False)  # of four quanta in g2
    >>> bool(1e-6 < missing_share[0] < 1e-3)
    True
    """
    return _beyond_each(found, (modes,), normalised, bound)[0]


def _beyond_each(
    found: Solution, words: Words, normalised: bool = True, bound: bool = False
) -> np.ndarray:
    """The same of many words at once, (words, points); a mean number is divided by nothing."""
    every = (*words, *_singles(found))
    values = [moments(found, some)[0] for some in (words, _singles(found))]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = _lacking(found, every, bound) / abs(np.concatenate(values))
        total, numbers = shares[: len(words)], shares[len(words) :]
        for row, word in _ratios(words) if normalised else ():
            for mode in word:  # each mean number counts as often as it divides
                total[row] += numbers[mode]
    return np.asarray(np.nan_to_num(total + escape(found), nan=0.0, posinf=np.inf))


def _lacking(found: Solution, words: Words, bound: bool) -> np.ndarray:
    """What lies beyond the cut of moments, or at most, (words, points)."""
    if bound:
        return np.array([fed(found, word) for word in words])
    each = (missing_each(found, side, words) for side in found.space.sides)
    return np.asarray(sum(each, np.zeros((len(words), len(found.points)))))


def finer_of(one: Solution, other: Solution) -> Solution:
    """The one that keeps more of two solutions of the same points.

    >>> from scipy.stats import poisson
    >>> def cut_at(quanta):  # coherent light with 0.01 quanta
    ...     return Solution.mixture(poisson.pmf(range(quanta + 1), 0.01))
    >>> finer_of(cut_at(4), cut_at(2)).space.quanta
    4
    """
    return one if covers(one.space.cut, other.space.cut) else other


def share(found: Solution, other: Solution) -> np.ndarray:
    """Of the change from another truncation, what counts against ``found``, per point.

    All of it where ``found`` is the coarser one.  The finer one is wrong by a later term of the
    series of which the change is a term: populations that fall by g per quantum leave g^q of it
    where it has q quanta more, and `CAUTION` times that is taken.  Of a cut mode by mode a side at
    which they fall as those of a thermal mode, warm phonons beside a few photons, is left to
    `slow`.

    >>> from scipy.stats import poisson
    >>> def cut_at(quanta):  # coherent light with 0.01 quanta
    ...     return Solution.mixture(poisson.pmf(range(quanta + 1), 0.01))
    >>> bool(share(cut_at(6), cut_at(4))[0] < 0.1), share(cut_at(4), cut_at(6))  # and backwards
    (True, array([1.]))
    """
    fine = finer_of(found, other)
    if fine is other or not covers(fine.space.cut, wider(other.space.cut, 2)):
        return np.ones(len(found.points))
    warm, counts = _warm_sides(fine), np.zeros(len(fine.points))
    for side, apart in zip(fine.space.sides, warm, strict=True):
        steps = _steps(side, other)
        left = fall(fine, side) ** steps
        if steps > 2:  # what they have fallen by on the way, where the last shells promise more
            left = np.maximum(left, fallen(fine, side, steps))
        counts = np.maximum(counts, np.where(apart, 0.0, CAUTION * left))
    return np.where(warm.all(axis=0), 1.0, np.minimum(counts, 1.0))


def newly_held(fine: Solution, coarse: Solution) -> np.ndarray:
    """What counts against populations that only the finer truncation holds, (points, states).

    A truncation that ends just before their shell holds none of them, and of that change, which is
    the whole, what `share` would count does.  Of the last two shells all does; of states that both
    hold nothing is said: one.

    >>> from scipy.stats import poisson
    >>> def cut_at(quanta):  # coherent light with 0.01 quanta
    ...     return Solution.mixture(poisson.pmf(range(quanta + 1), 0.01))
    >>> newly_held(cut_at(8), cut_at(4))[0].round(3)  # of five and six quanta hardly anything
    array([1., 1., 1., 1., 1., 0., 0., 1., 1.])
    """
    shape = len(fine.points), fine.space.size
    counts, both = np.zeros(shape), np.ones(fine.space.size, dtype=bool)
    for side in fine.space.sides:
        shell, first = side.shells(fine.space.occupations), side.top - _steps(side, coarse)
        left = np.minimum(CAUTION * fall(fine, side)[:, None] ** (side.top + 1 - shell), 1.0)
        new = np.where(shell > side.top - 2, 1.0, np.where(shell > first, left, 0.0))
        counts, both = np.maximum(counts, new), both & (shell <= first)
    return np.where(both, 1.0, counts)


def _steps(side: Side, coarse: Solution) -> int:
    """Shells from the same side of a coarser cut to this one, two where it has no such side."""
    held = (side.top - other.top for other in coarse.space.sides if other.weights == side.weights)
    return next(held, 2)


def _warm_sides(found: Solution) -> np.ndarray:
    """Where populations fall as thermal ones do towards a side of a cut, (sides, points).

    That is by the same factor (`STRAIGHT`) in all quarters but the first, in those states too that
    hold a quantum of another mode: only then the last shells tell well what is missing beyond.
    """
    sides, modes = found.space.sides, range(len(found.space.modes))
    warm = np.zeros((len(sides), len(found.points)), dtype=bool)
    for k, side in enumerate(sides if len(sides) > 1 else ()):
        if side.top >= LONG:
            others = [(), *((mode,) for mode in modes if not side.weights[mode])]
            warm[k] = np.all([_falls_alike(found, side, one) for one in others], axis=0)
    return warm


def _falls_alike(found: Solution, side: Side, modes: tuple[int, ...]) -> np.ndarray:
    held, width = shells(found, side, falling_factorials(found.space, modes)), side.top // 4
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = -np.diff(np.log(held[:, -1 - width * np.arange(3, -1, -1)]), axis=1) / width
        least, most = slopes.min(axis=1), slopes.max(axis=1)
        return np.asarray((least > 0) & (most < MOST) & (most <= STRAIGHT * least))


def slow(
    found: Solution, modes: tuple[int, ...], normalised: bool, value: np.ndarray
) -> np.ndarray:
    """What lies beyond the sides that `share` leaves out, as a change of a result, per point.

    It is `WIDE` times what the last shells tell to be missing there of the result, and of the mean
    numbers of its modes, which would be fed from there; zero where `share` counts every side.
    Thermal sides only are left out, whose last shells tell that well.

    >>> from scipy.stats import poisson
    >>> found = Solution.mixture(poisson.pmf(range(4), 0.01))  # coherent light
    >>> slow(found, (0, 0), True, np.ones(1))  # it falls fast
    array([0.])
    """
    total = np.zeros(len(found.points))
    parts = [modes, *((m,) for m in sorted(set(modes)) if normalised)]
    for side, warm in zip(found.space.sides, _warm_sides(found), strict=True):
        if warm.any():
            with np.errstate(divide="ignore", invalid="ignore"):
                lacking = [missing_at(found, side, p) / abs(moment(found, p)[0]) for p in parts]
            # of a result that interference makes small a share of one would be a large one
            size = np.maximum(abs(value), 1.0) if normalised else abs(value)
            worst = np.nan_to_num(np.max(lacking, axis=0), nan=0.0, posinf=np.inf)
            total = total + np.where(warm, WIDE * worst * size, 0.0)
    return total


def settled(
    found: Solution,
    other: Solution,
    modes: tuple[int, ...],
    normalised: bool,
    tolerance: float,
    model: Model | None = None,
    counts: np.ndarray | None = None,
) -> Measured:
    """A result of one truncation, judged by what another one gives at the same points.

    Its change (the `share` of it that counts) may be up to ``tolerance`` (relative) beyond the
    round-off of the finer one, and no more than `MOVED` of it may lie beyond both: of a number
    that fails here nothing is known, and its change is infinite; so it is where a classical branch
    lies beyond both cuts.  The value is that of ``found``; ``other`` may be finer or coarser.
    A ``model`` tells whether the finer one holds its ways from the vacuum (`paths_held`): where
    it does not, all of the change counts.  ``counts`` is the `share`, where it is known already.

    >>> from scipy.stats import poisson
    >>> def cut_at(quanta):  # coherent light with 0.01 quanta
    ...     return Solution.mixture(poisson.pmf(range(quanta + 1), 0.01))
    >>> g2 = [settled(cut_at(q), cut_at(q + 2), (0, 0), True, tolerance=1e-6) for q in (2, 6)]
    >>> [one.status(np.array(["ok"]))[0] for one in g2]
    ['not converged', 'ok']
    """
    before, after = (measure(one, modes, normalised) for one in (found, other))
    fine = finer_of(found, other)
    coarse = other if fine is found else found
    hidden = beyond(fine, modes, normalised, bound=False)
    finest = before if fine is found else after
    apart = slow(fine, modes, normalised, finest.value) if held(model, modes, fine) else np.inf
    known = share(found, other) if counts is None else counts
    cut = _moved(found, other, (before, after), hidden, known, apart)
    cut = cut if _exists(coarse, modes) else np.full(cut.shape, np.inf)
    return replace(before, cut=cut, moved=tolerance)


def settled_each(
    fine: Solution, coarse: Solution, words: Sequence[Word], tolerance: float, model: Model
) -> Measured:
    """Many results of the finer of two truncations at once, each as `settled` judges it.

    A word is a mode with the order of its correlation, 1 for its mean number.  All arrays have the
    shape (words, points); what the results are divided by is left out.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> coarse, fine = (steady_state(kerr.MODEL, kerr.VALUES, quanta=q).blocks[0] for q in (5, 7))
    >>> each = settled_each(fine, coarse, [(0, 1), (0, 2)], 1e-8, kerr.MODEL)
    >>> alone = settled(fine, coarse, (0, 0), True, 1e-8, kerr.MODEL)
    >>> bool(np.isclose(each.value[1], alone.value)[0]), each.moves.tolist()
    (True, [[False], [False]])
    """
    each = tuple((mode,) * k for mode, k in words)
    before, after = (measure_each(one, each) for one in (fine, coarse))
    hidden, known = _beyond_each(fine, each), share(fine, coarse)
    cut = _moved(fine, coarse, (before, after), hidden, known, _apart(model, fine, words, before))
    there = np.array([[_exists(coarse, word)] for word in each])
    cut = np.where(there, cut, np.inf)
    return Measured(before.value, before.roundoff, cut=cut, moved=tolerance)


def _apart(model: Model, fine: Solution, words: Sequence[Word], results: Measured) -> np.ndarray:
    """What `slow` tells of results, infinite of those whose ways the cut does not hold."""
    occupations = np.array([k * np.eye(len(model.modes), dtype=int)[mode] for mode, k in words])
    ways = paths_held(model, occupations, fine.space.cut, beyond=1)
    apart = np.where(ways[:, None], np.zeros(results.value.shape), np.inf)
    if _warm_sides(fine).any():
        for row, (mode, k) in enumerate(words):
            apart[row] += slow(fine, (mode,) * k, k > 1, results.value[row])
    return apart


def _moved(
    found: Solution,
    other: Solution,
    both: tuple[Measured, Measured],
    hidden: np.ndarray,
    known: np.ndarray,
    apart: np.ndarray | float,
) -> np.ndarray:
    """By how much the cut moves results, ``both`` of ``found`` and of the other truncation.

    ``hidden`` lies beyond the finer cut, the share ``known`` of a change counts, and what `slow`
    tells ``apart``, infinite where all of the change counts.
    """
    (before, after), fine = both, finer_of(found, other)
    finest = before if fine is found else after
    with np.errstate(divide="ignore", invalid="ignore"):
        floor = finest.roundoff / abs(finest.value)
        change = np.maximum(abs(after.value - before.value) - finest.roundoff, 0.0)
        lost = (hidden >= MOVED + floor) | ~other.found | is_short(fine)
        counted = np.minimum(change, known * change + apart)
    if fine is found:
        change = counted
    # an empty mode stays empty: no change, although its g2 is undefined
    empty = np.isnan(before.value) & np.isnan(after.value) & other.found
    return np.where(empty, 0.0, np.where(lost, np.inf, change))


def _exists(found: Solution, modes: tuple[int, ...]) -> bool:
    """Whether a cut has a state with a quantum in each of these modes; of a two-level system, one.

    Both of two cuts without one give zero, and no change says that it is.
    """
    bosons = {mode for mode in modes if not is_two_level(found.space.modes[mode])}
    kept = [found.space.occupations[:, mode] >= modes.count(mode) for mode in bosons]
    return bool(np.all(kept, axis=0).any())


def held(model: Model | None, modes: tuple[int, ...], found: Solution) -> bool:
    """Whether a truncation holds the ways to a quantum in each of these modes: `paths_held`.

    The next order is held as well, so that what is left out falls as the populations do.

    >>> from systems.library import second_harmonic
    >>> from numeric.lindblad.space import space
    >>> cuts = [space(second_harmonic.MODEL.modes, quanta) for quanta in (4, 5)]
    >>> some = [Solution.none(cut, np.arange(1), "ok") for cut in cuts]
    >>> [held(second_harmonic.MODEL, (1, 1), one) for one in some]  # g2 of the harmonic
    [False, True]
    """
    if model is None:
        return True
    occupation = np.array([[modes.count(i) for i in range(len(model.modes))]])
    return bool(paths_held(model, occupation, found.space.cut, beyond=1)[0])


def is_short(found: Solution) -> np.ndarray:
    """Where a classical branch is known to lie beyond the cut, per point.

    >>> from scipy.stats import poisson
    >>> def cut_at(quanta):  # coherent light with 0.01 quanta
    ...     return Solution.mixture(poisson.pmf(range(quanta + 1), 0.01))
    >>> is_short(cut_at(4))  # nothing is known
    array([False])
    """
    return np.zeros(len(found.points), dtype=bool) if found.short is None else found.short


def results(model: Model, cut: Cut, order: int = 4) -> list[tuple[str, int, int]]:
    """Names of the certified results, with mode and order: n, g2, ... of each mode.

    A two-level system has no g2; no order exceeds ``order`` or the quanta that the cut keeps.

    >>> from systems.library import kerr
    >>> results(kerr.MODEL, 6, order=3)
    [('n(a)', 0, 1), ('g2(a)', 0, 2), ('g3(a)', 0, 3)]
    """
    names = []
    kept = levels(model.modes, cut)
    for i, mode in enumerate(model.modes):
        highest = 1 if is_two_level(mode) else min(order, kept[i] - 1)
        name = label(mode)
        names.append((f"n({name})", i, 1))
        names += [(f"g{k}({name})", i, k) for k in range(2, highest + 1)]
    return names
