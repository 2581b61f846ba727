"""The solvers by name, and a batch of points solved by them in chunks of bounded memory.

Of the master equation:

- "graded": `graded.sweeps`, compiled sweeps over many points at once, for weak drive.
- "direct": `numeric.solvers.direct`, one sparse LU factorisation per point.
- "iterative": `numeric.solvers.iterative`, for truncations whose factors are large; "direct"
  takes over where it fails.
- "qutip": `qutip.steadystate`, as an independent check, judged as the others are.
- "auto": the fastest of our own that is right, per point: "graded" for many points, for a few of
  several modes, and for any where grades hold many states (`graded.sylvester`), where it
  converges and resolves means and pair correlations, "direct" or "iterative" for the others.  Any
  other number that the sweeps leave unresolved is solved for again, alone, when it is asked for
  (`numeric.reading.twofold`).

Of the evolution between jumps: the kinds of `numeric.solvers.nojump`.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from numeric.lindblad.liouvillian import Liouvillian, liouvillian
from numeric.lindblad.space import Cut, Space, count_states, numbers, space
from numeric.lindblad.stability import decays
from numeric.solvers import direct, iterative, nojump, qutip
from numeric.solvers.graded.kinds import Kind, kind, solves_together
from numeric.solvers.memory import largest
from numeric.solvers.reached import emptied, empty_states
from numeric.solvers.solution import Solution, each, gather
from numeric.solvers.soundness import is_positive, judged
from numeric.solvers.threads import heard, one_thread
from systems import Model
from systems.ladder import Mode, atoms, is_two_level
from systems.progress import Report, silent
from systems.status import Status
from systems.values import SMALLEST, Arrays, evaluate, evaluate_sum, select

if TYPE_CHECKING:  # for those who read types only
    from numeric.solvers.graded.swept import GradedSolution

ALONE = "alone"  # "auto" without the sweeps, as for a point by itself
SWEPT = "swept"  # "auto" for few points of a batch for which sweeps are compiled
SMALL = "small"  # the same of a small batch, for which nothing is compiled
FACTORED = "factored"  # "auto" for points at which iterating failed with fewer quanta
# Points at a time: one by one, few enough for a bar to move once a second where one takes 50 ms,
# and together, enough to fill the lanes of all cores with some tens of MB
CHUNK, PORTION = 16, 2**16
KEPT = 2**18  # elements of density matrices that are kept (4 MB); others are solved again if asked
# Unknowns from which on iterating is faster than factorising, measured: with two modes 28 states
# take the same, 45 a third, 66 a tenth of the time; with three modes 84 a sixtieth.  The factors of
# one mode (also with an atom) are bands, which iterating hardly beats; with two atoms 48 states
# take half, 80 a sixth, 112 a tenth of the time, and with three 92 a twentieth to a fiftieth.  With
# two at a strong drive 64 take half as long again and 120 up to five times as long.
LARGE = 1_500
# Unknowns up to which a factorisation is tried where iterating fails, over two for every mode, as
# factors fill in the more the more modes there are: two modes of 11,000 unknowns took 4 s and three
# modes of 7,000 took 5 s, both growing with the power 2.4, so that it may take ten seconds.  One
# mode beside two atoms takes as long with all of them, in an order of its own
# (`numeric.solvers.dissection`): 14,000 take 0.9 s, where iterating takes 1.2 to 5 s unless the
# drive is weak, and 47,000 take 6 s
REFACTORED = 68_000
# Times fewer unknowns, of those that a symmetry leaves, from which on they are factorised: of two
# modes that are pumped 1,496 of 18,496 take a tenth, 4,900 of 90,000 a twelfth of the time
CHARGED = 6
# Excited levels of an atom beside a mode from which on that is no band: of four 81 states take a
# fifth, of five 97 a fifteenth, of six 99 a fortieth of the time, and 111 of four at a strong drive
# as long to a third; of three 81 states take a tenth at weak drive and fail at strong
LEVELS = 4
# From so many points on the sweeps are worth the time to prepare (and to compile) them: a second
# for 56 states, of which a point by itself takes 50 ms
MANY = 32
# The same where they are compiled already, and served the points with fewer quanta.  A point by
# itself wants its equation assembled: in all, with the time to prepare either, 1 point of 10 to 28
# states and 2 of up to 55 take as long as swept, and later ones two to eight times as long.  Of 66
# states it is 3, and of 91 are 6 to 11, as more is eliminated
HANDY, SEVERAL = 66, 10
# From so many points on those of two modes and more are swept as Sylvester equations, which are not
# compiled, where fewer than `MANY` are there.  One by itself, 3 and 30 of them took in ms of
# processor time, against each alone: of 36 states 5, 7, 33 against 26, 70, 701; of 15 states beside
# an atom 6, 6, 28 against 7, 13, 134; of 105 states driven by the loss 200 against 410 for 3.  One
# mode has bands, of which a large one is no slower alone
FEW = 3
# Error of what is smaller: just beyond the 1e-6 to which numbers are resolved, nothing to others
UNKNOWN = 1.1e-6 * SMALLEST
SOME = 3  # points for which the patterns of large sums pay (`Liouvillian.for_many`)
WORTH = 1e-10  # relative error of a coefficient that a sweep may have: a tenth of its accuracy


def _iterate(equation: Liouvillian, c: np.ndarray, s: float) -> Solution:
    """One point by iteration; by factorisation where that fails and takes no more than seconds.

    Where a charge leaves few unknowns these are factorised at once (`numeric.lindblad.sector`), and
    so is a mode beside two atoms where its drive is not weak.
    """
    count = _unknowns(equation, c)
    most, near = refactored(equation.model), _is_nearly_band(equation.model.modes)
    if not (_is_factored(equation, count) or (s == 1 and near and count <= most)):
        found = judged(iterative.solve_point(equation, c, s))
        if np.all(found.status == Status.OK) or count > most:
            return found
    return direct.solve_point(equation, c, s)


def _factor(equation: Liouvillian, c: np.ndarray, s: float) -> Solution:
    """The same where iterating failed with fewer quanta, and is not tried again.

    Nor are factors that do not fit: "not converged".
    """
    if equation.sector(c) is not None:
        return _iterate(equation, c, s)
    if equation.space.size**2 <= refactored(equation.model):
        return direct.solve_point(equation, c, s)
    return Solution.none(equation.space, np.arange(1), Status.NOT_CONVERGED, "direct")


def _unknowns(equation: Liouvillian, c: np.ndarray) -> int:
    """How many there are of one point, without those that a symmetry leaves out."""
    some = equation.sector(c)
    return equation.space.size**2 if some is None else len(some)


def _is_factored(equation: Liouvillian, count: int) -> bool:
    """Whether so many unknowns are so few that factors are tried first."""
    modes, whole = len(equation.model.modes), equation.space.size**2
    few = direct.FACTORABLE if modes <= 2 else REFACTORED // 2**modes
    return count <= min(few, whole // CHARGED)


def refactored(model: Model) -> int:
    """Unknowns of one point up to which factors are tried where iterating fails.

    >>> from systems.library import kerr_dimer, jaynes_cummings
    >>> refactored(kerr_dimer.MODEL), refactored(jaynes_cummings.MODEL)
    (17000, 68000)
    """
    if _is_nearly_band(model.modes):
        return REFACTORED
    return REFACTORED // 2 ** sum(not is_two_level(mode) for mode in model.modes)


def solvable(model: Model, arrays: Arrays, found: Solution) -> int:
    """Unknowns that are likely to be solved for at such points, as those that were.

    Where iterating failed already, with fewer quanta, it does with more, and factors have to do.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr.MODEL, kerr.VALUES)
    >>> found = solve_points(kerr.MODEL, arrays, np.arange(1), 4, "auto")
    >>> solvable(kerr.MODEL, arrays, found)  # one mode is a band, which is not iterated
    300000
    """
    by_factors = found.solver == "direct"
    if is_iterated(found.space) and by_factors.any():
        equation = liouvillian(model, found.space.cut)
        rows = equation.coefficients(select(arrays, found.points[by_factors][:1]))
        if not _is_factored(equation, _unknowns(equation, rows[0])):
            return refactored(model)
    return largest(model)


def _solve_qutip(equation: Liouvillian, c: np.ndarray, s: float) -> Solution:
    """One point by QuTiP, whose state is given its error and status by the direct solver."""
    return direct.assess(equation, c, s, qutip.density_matrix(equation, c), "qutip")


# solvers of the master equation for one point each, by the name under which they are asked for
BY_POINT = {"direct": direct.solve_point, "iterative": _iterate, "qutip": _solve_qutip}
STEADY = ("auto", *BY_POINT)
# the same for a search, which knows what failed
OWN = {**BY_POINT, FACTORED: _factor}


def solve(
    equation: Liouvillian,
    arrays: Arrays,
    solver: str,
    beat: Callable[[int], None] = lambda done: None,
) -> Solution:
    """Steady states for arrays of one dimension, each on its own, with their density matrices.

    ``solver`` is one of `STEADY` or of `numeric.solvers.nojump.KINDS`.  "auto" iterates where
    that is measured to be faster (`LARGE`) and factorises elsewhere.  What is no density matrix
    is not "ok" (`numeric.solvers.soundness`).  ``beat`` is called with how many points are
    done, again and again.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> equation = liouvillian(kerr.MODEL, 4)
    >>> both = [solve(equation, arrays, name).populations for name in ("direct", "iterative")]
    >>> bool(np.allclose(*both, rtol=1e-9, atol=0))
    True
    """
    best = "iterative" if is_iterated(equation.space) else "direct"
    name = best if solver in ("auto", ALONE, SWEPT, SMALL) else solver
    if name in nojump.KINDS:
        return nojump.solve(equation, arrays, name)
    threads = 1 if name == "qutip" else None  # QuTiP is not known to be safe in several
    return judged(each(partial(OWN[name], equation), *equation.rows(arrays), threads, beat))


def is_iterated(on: Space) -> bool:
    """Whether iterating over the jumps is faster than factors on this space (`LARGE`).

    >>> from numeric.lindblad.space import space
    >>> from systems.library import kerr, kerr_dimer
    >>> [is_iterated(space(model.modes, 20)) for model in (kerr.MODEL, kerr_dimer.MODEL)]
    [False, True]
    """
    return not _is_band(on.modes) and on.size**2 > LARGE


def _is_band(modes: Sequence[Mode]) -> bool:
    """Whether the factors of an equation are one: of a mode or atom, or of one beside the other."""
    parts, levels = atoms(modes), sum(map(is_two_level, modes))
    return len(parts) == 1 or (len(parts) == 2 and len(modes) - levels == 1 and levels < LEVELS)


def factors_of_two_atoms(model: Model) -> bool:
    """Whether iterating and factors compete for a model, by the drive: one mode and two atoms.

    >>> from systems.library import jaynes_cummings, kerr_dimer
    >>> [factors_of_two_atoms(one.MODEL) for one in (jaynes_cummings, kerr_dimer)]
    [False, False]
    """
    return _is_nearly_band(model.modes) and not _is_band(model.modes)


def _is_nearly_band(modes: Sequence[Mode]) -> bool:
    """Whether it is one mode beside one or two two-level systems, or levels of an atom."""
    return len(modes) - 1 == sum(map(is_two_level, modes)) in (1, 2)


@one_thread
def solve_points(
    model: Model,
    arrays: Arrays,
    points: np.ndarray,
    cut: Cut,
    solver: str,
    report: Report = silent,
) -> Solution:
    """Some points of a flattened batch, solved with one truncation.

    ``points`` are positions in the flattened arrays; the rows of the result are in its order.
    Points that the sweeps over the grades cannot solve are solved one by one.  ``report`` is told
    how many are done.  Density matrices are kept only of batches that are small (`KEPT`), and by
    sweeps of fewer than `MANY` points: without them they take a half to a fifth of the time.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr.MODEL, {**kerr.VALUES, "Delta": np.linspace(-1, 1, 5)})
    >>> solve_points(kerr.MODEL, arrays, np.array([1, 3]), 4, "auto").populations.shape
    (2, 5)
    """
    on = space(model.modes, cut)
    keep = len(points) * on.size**2 <= KEPT
    if not len(points):
        return Solution.none(on, points, Status.OK)
    found = gather(_parts(model, arrays, points, cut, solver, keep, report), points)
    return with_floor(found, model, select(arrays, points))


def _parts(
    model: Model,
    arrays: Arrays,
    points: np.ndarray,
    cut: Cut,
    solver: str,
    keep: bool,
    report: Report,
) -> Iterator[Solution]:
    """The points in parts, as they are solved: what the sweeps can solve, then the others.

    Of truncations that only the sweeps can hold these are "not converged".
    """
    left, what = points, _what(space(model.modes, cut))
    if way := way_to_sweep(model, cut, solver, len(points)):
        few = keep and len(points) < MANY
        left = yield from _swept(model, arrays, points, cut, few, report, way)
    if len(left) and count_states(model.modes, cut) ** 2 > largest(model, "direct"):
        yield Solution.none(space(model.modes, cut), left, Status.NOT_CONVERGED)
        return
    equation = liouvillian(model, cut) if len(left) < SOME else liouvillian(model, cut).for_many
    for start in range(0, len(left), CHUNK):
        before, some = len(points) - len(left) + start, left[start : start + CHUNK]
        report(what, before, len(points))
        beat = partial(_beat, report, what, before, len(points))
        found = solve(equation, select(arrays, some), solver, beat)
        yield replace(found, points=some, rho=found.rho if keep else None)


def way_to_sweep(model: Model, cut: Cut, solver: str, count: int) -> Kind | None:
    """The kind of sweep that is tried for so many points, or None where each is solved alone.

    Where grades hold many states they take nothing to prepare or to compile, and a half to a tenth
    of the time of any other solver: one point is enough.  The others are compiled for many points;
    what serves few of two modes and more is the same as where grades hold many states, and so it
    serves any number where nothing is to be compiled (`solves_together`).

    >>> from systems.library import kerr_dimer, kerr_ring
    >>> [str(way_to_sweep(kerr_dimer.MODEL, 4, "auto", count)) for count in (1, 5, 50)]
    ['None', 'sylvester', 'elimination']
    >>> str(way_to_sweep(kerr_ring.MODEL, 4, "auto", 1))
    'sylvester'
    """
    if solver not in ("auto", SWEPT, SMALL):
        return None
    way, handy = kind(model, cut), 1 if count_states(model.modes, cut) <= HANDY else SEVERAL
    if way == Kind.SYLVESTER:
        return way
    if way == Kind.ELIMINATION and count >= (handy if solver == SWEPT else MANY):
        return way
    few = FEW if solver == "auto" else 1
    return Kind.SYLVESTER if count >= few and solves_together(model, cut) else None


def with_floor(found: Solution, model: Model, arrays: Arrays) -> Solution:
    """The same, with what is zero told from what only floats call so.

    ``arrays`` are the values at its points.  A drive of 1e-200 of the losses, or a detuning of
    1e200, makes two quanta with a probability of 1e-800: that population is not known.  A state
    that nothing fills is empty, whatever round-off a solver left in it.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr.MODEL, {**kerr.VALUES, "gamma": 1.0, "xi": 1e-200})
    >>> found = solve_points(kerr.MODEL, arrays, np.arange(1), 2, "auto")
    >>> found.populations[0, 1:], bool(np.all(found.error[0, 1:] > 0))  # zero, or too small
    (array([0., 0.]), True)
    """
    p, error = found.populations, found.error
    small = abs(p) < SMALLEST
    (points,) = np.nonzero((small | (abs(p) <= error)).any(axis=1))
    if not points.size:
        return found
    empty = np.zeros(p.shape, dtype=bool)
    empty[points] = empty_states(model, select(arrays, points), found.space)
    empty &= ~np.isnan(p)
    doubtful = np.asarray(small.any(axis=1))
    lost = small & _filled(model, arrays, found, doubtful)
    error = np.where(empty, 0, np.where(lost, np.maximum(error, UNKNOWN), error))
    whole = replace(found, populations=np.where(empty, 0, p), error=error)
    return whole if found.rho is None else replace(whole, rho=emptied(found.rho, whole))


def _filled(model: Model, arrays: Arrays, found: Solution, asked: np.ndarray) -> np.ndarray:
    """Which states the vacuum leads to, shape (points, states); false at points not asked for."""
    filled = np.zeros(found.populations.shape, dtype=bool)
    if asked.any():
        equation = liouvillian(model, found.space.cut)
        rows = equation.coefficients(select(arrays, np.flatnonzero(asked)))
        # one search for all points at which the same coefficients are zero
        kinds, kind = np.unique(rows != 0, axis=0, return_inverse=True)
        filled[asked] = np.array([equation.filled(present) for present in kinds])[np.ravel(kind)]
    return filled


def _beat(report: Report, what: str, before: int, total: int, done: int) -> None:
    report(what, before + done, total)


def _what(on: Space) -> str:
    """What is being solved, for the bar."""
    kept = " x ".join(str(top) for top in numbers(on.cut))
    return f"{kept} quanta, {on.size} states"


def _swept(
    model: Model,
    arrays: Arrays,
    points: np.ndarray,
    cut: Cut,
    keep: bool,
    report: Report,
    way: Kind,
) -> Generator[Solution, None, np.ndarray]:
    """What the sweeps over the grades can solve, and in the end the points that are left."""
    left, what = [points[:0]], _what(space(model.modes, cut))
    for start in range(0, len(points), PORTION):
        some = points[start : start + PORTION]

        def beat(done: int, tasks: int, before: int = start, count: int = len(some)) -> None:
            report(what, before + done * count // tasks, len(points))

        beat(0, 1)
        with heard(beat):
            found = sweep(model, select(arrays, some), cut, keep, way)
        if found is not None and found.points.size:
            yield replace(found, points=some[found.points])
        left.append(some if found is None else np.delete(some, found.points))
    return np.concatenate(left)


def sweep(model: Model, arrays: Arrays, cut: Cut, density: bool, way: Kind) -> Solution | None:
    """The points of one dimension that "graded" can solve, all at once; ``points`` says which.

    They are swept in the ``way`` of `way_to_sweep`; None where its elimination is too large.  A
    point is left out where its sweeps do not converge, where the empty state without a drive is
    not the only one, where a coefficient cancels, or where a population is negative beyond its
    error.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> values = read_values(kerr.MODEL, {**kerr.VALUES, "Delta": np.linspace(-1, 1, 5)})
    >>> arrays = {name: np.broadcast_to(x, 5) for name, x in values.items()}
    >>> sweep(kerr.MODEL, arrays, 4, density=False, way=Kind.SYLVESTER).populations.shape
    (5, 5)
    """
    count, on = len(next(iter(arrays.values()))), space(model.modes, cut)
    found = _graded(model, arrays, cut, density, way)
    if found is None:
        return None
    # the sweeps start from the empty state without a drive, which has to be the only one
    trusted = found.converged & ~found.doubtful & is_positive(found.populations, found.error)
    trusted &= decays(model, arrays) & ~_cancels(model, arrays)
    status, names = np.full((2, count), None)
    status[:], names[:] = Status.OK, "graded"
    numbers = found.populations, found.error, found.remainder
    whole = Solution(on, np.arange(count), *numbers, status, names, found.density)
    return whole.take(trusted)


def _graded(
    model: Model, arrays: Arrays, cut: Cut, density: bool, way: Kind
) -> "GradedSolution | None":
    """What "graded" finds; None where it does not apply.  Compiled code is loaded if needed."""
    if way == Kind.SYLVESTER:
        from numeric.solvers.graded import sylvester

        return sylvester.solve_packs(model, arrays, cut, density=density)
    from numeric.solvers.graded import TooLarge
    from numeric.solvers.graded import solve as swept

    try:
        return swept(model, arrays, cut, density=density)
    except TooLarge:
        return None


def _cancels(model: Model, arrays: Arrays) -> np.ndarray:
    """Where a coefficient of H_eff, such as F (1 - r), cancels so far that floats do not hold it.

    `numeric.lindblad.liouvillian` computes such coefficients again with many digits; sweeps do not.

    The relative error of a coefficient that is tolerated is `WORTH`; a point beyond it is left to
    the solvers of single points.
    """
    found = np.zeros(next(iter(arrays.values())).shape, dtype=bool)
    for coefficient in model.effective_ladder.values():
        if coefficient.is_Add:
            exact = evaluate_sum(coefficient, arrays)
            found |= abs(evaluate(coefficient, arrays) - exact) > WORTH * abs(exact)
    return found


@one_thread
def matrices(model: Model, arrays: Arrays, found: Solution, rows: np.ndarray) -> np.ndarray:
    """Density matrices of some rows of a solution that are "ok", solved again if not kept.

    Shape (rows, states, states).  Each is solved by the solver that found the populations, so
    that both agree.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr.MODEL, {**kerr.VALUES, "Delta": np.linspace(-1, 1, 5)})
    >>> found = solve_points(kerr.MODEL, arrays, np.arange(5), 4, "direct")
    >>> matrices(kerr.MODEL, arrays, found, np.array([1, 3])).shape
    (2, 5, 5)
    """
    if found.rho is not None:
        return found.rho[rows]
    rho = np.empty((len(rows), found.space.size, found.space.size), dtype=complex)
    for name in np.unique(found.solver[rows]):
        same = found.solver[rows] == name
        values = select(arrays, found.points[rows[same]])
        rho[same] = density_matrices(model, values, found.space.cut, name)
    return emptied(rho, found.take(rows))


def density_matrices(model: Model, arrays: Arrays, cut: Cut, solver: str) -> np.ndarray:
    """Density matrices, shape (points, states, states), by the solver of that name.

    ``solver`` is a name that a `Solution` carries: "graded" and those of `solve`.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr.MODEL, {**kerr.VALUES, "Delta": np.linspace(-1, 1, 5)})
    >>> rho = density_matrices(kerr.MODEL, arrays, 3, "direct")
    >>> np.trace(rho, axis1=1, axis2=2).real.round(12)
    array([1., 1., 1., 1., 1.])
    """
    if solver == "graded":
        count = len(next(iter(arrays.values())))
        # of one mode few are swept only where many were: the sweeps are compiled
        way = way_to_sweep(model, cut, SMALL, count) or way_to_sweep(model, cut, SWEPT, MANY)
        found = _graded(model, arrays, cut, density=True, way=way) if way else None
        if found is not None:
            return np.asarray(found.density)
    return np.asarray(solve(liouvillian(model, cut), arrays, solver).rho)
