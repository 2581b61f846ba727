"""Where the light would go without fluctuations: how many quanta a cut has to hold.

Without fluctuations the amplitudes obey polynomial equations (`numeric.lindblad.meanfield`).  A
bistable mode has several roots (of a Kerr mode those of the cubic of P. D. Drummond and D. F.
Walls, J. Phys. A 13, 725 (1980), Eq. (3.5), by its meaning, not checked against the print).  The
quantum state may sit on any of them, and a truncation that does not reach a root cannot tell that
the light is there.

Roots are found by Newton's method from several starts, all points and starts at once: the empty
state, amplitudes as large as the drive could make them on resonance, of several modes the light
that each would have alone, and of pairs where light goes that grows out of the empty state.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from numeric.lindblad.meanfield import MeanField, mean_field
from numeric.lindblad.space import Side, count_states
from numeric.lindblad.stability import MARGINAL, every_mode_is_lossy
from numeric.solvers.solution import Solution
from systems import Model
from systems.ladder import is_two_level
from systems.status import Status
from systems.values import Arrays

ROUNDS = 60  # of Newton's method: from far away it takes one per factor 3/2, then five
PHASES = 4  # of the starts at one size
SIZES = (1.0, 0.3)  # of the starts, of the largest amplitude that the drive makes on resonance
SEED, DOUBLINGS = 0.1, 30  # amplitude of light that grows out of the empty state, and of its steps
CLOSE = 1e-6  # relative size of the last step of a root that was found
SPREAD = 6.5  # standard deviations of coherent light that a cut has to hold beyond its mean
HUGE = 1e6  # quanta that no truncation holds: a root there says nothing of one
TINY = 1e-300  # an amplitude beside which a step of zero is small, that of the empty state
LIGHT = 2.0  # quanta of some mode from which on an amplitude is worth a frame of its own
FALLS = 3  # roots that are not stable, from the brightest one on, before it is taken after all
# Quanta of light that may be in one mode or in another from which on it is said to be there: of
# fewer (3 of either) a total holds both, and to start with as many of each keeps more states
PARTED = 10.0
APART = 0.1  # relative distance of two roots that are different branches
MIRRORED = 1e-4  # difference in quanta of roots that a symmetry makes of each other
ALIKE = 0.1  # quanta between two frames, at most, of which one is enough


@dataclass(frozen=True)
class Branches:
    """Quanta of each mode at the brightest stable root, (points, modes), and if there are several.

    Where another stable root has more of some mode, as where light is in one of two modes but not
    in both, they are the most of each.
    Of models with atoms stability is not asked for: their excitations are no amplitudes.

    Where no root is found the numbers are zero: nothing is known.  So they are where the drive
    brings less than one quantum even on resonance, and nothing makes pairs: it is not looked there.

    >>> Branches(np.array([[3.0], [54.0]]), np.array([False, True])).at(np.array([1])).several
    array([ True])
    """

    quanta: np.ndarray
    several: np.ndarray  # (points,)

    def at(self, rows: np.ndarray) -> "Branches":
        """Those of some of the points."""
        return Branches(self.quanta[rows], self.several[rows])


def branches(model: Model, arrays: Arrays) -> Branches:
    """The classical stationary states for arrays of one dimension.

    A Kerr mode that is driven below its resonance is bistable:

    >>> from systems.library import kerr
    >>> values = {"Delta": -6.31, "chi": 0.0707, "gamma": 1.0, "xi": 10.85}
    >>> found = branches(kerr.MODEL, {name: np.array([x]) for name, x in values.items()})
    >>> found.quanta.round(), found.several
    (array([[54.]]), array([ True]))
    """
    flow = mean_field(model)
    c = flow.coefficients(arrays)
    count, bright = c.shape[1], _bright(model, flow, c)
    result = Branches(np.zeros((count, len(model.modes))), np.zeros(count, dtype=bool))
    if bright.any():
        some = _branches(model, flow, c[:, bright])
        result.quanta[bright], result.several[bright] = some.quanta, some.several
    return result


def amplitudes(model: Model, arrays: Arrays) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Amplitudes to look at light from, (points, modes) each: two classical roots, and one between.

    The brightest root, the light that there would be without the nonlinearity (Newton's first step
    from the empty state, atoms at rest), and the faintest root; NaN where there is none, and 0 of
    atoms.  For arrays of one dimension.  Roots that light leaves, or along which it drifts without
    a force back (the free phase of pairs above their threshold), are none to look at it from: no
    few quanta around them hold it.  Neither is any, where each of two stable roots has more light
    in another mode, or as much in each but of another phase, as that of a parametric oscillator
    above its threshold: the light is at both.

    >>> from systems.library import kerr
    >>> arrays = {n: np.array([x]) for n, x in {**kerr.VALUES, "chi": 0.0, "xi": 3.0}.items()}
    >>> [one[0] for one in amplitudes(kerr.MODEL, arrays)]  # -2i xi/gamma, all of them
    [array([0.-6.j]), array([0.-6.j]), array([0.-6.j])]
    """
    flow = mean_field(model)
    c = flow.coefficients(arrays)
    roots = _roots(model, flow, c)
    every, left = np.array([_fields(model, root) for root in roots]), _left(model, flow, c, roots)
    found = np.where(left[..., None], np.nan, every)
    total = np.sum(abs(found) ** 2, axis=2)
    points, known = np.arange(total.shape[1]), ~np.isnan(total)
    brightest = np.argmax(np.where(known, total, -1.0), axis=0)
    faintest = np.argmin(np.where(known, total, np.inf), axis=0)
    linear = _without_nonlinearity(model, flow, c)
    near = np.isclose(every, linear, rtol=CLOSE, atol=CLOSE).all(axis=2)
    linear[np.any(near & left, axis=0)] = np.nan
    bright, faint = found[brightest, points], found[faintest, points]
    if not any(map(is_two_level, model.modes)):
        parted = np.any([_brighter(abs(one) ** 2, abs(bright) ** 2) for one in found], axis=0)
        parted |= _mirrored(found, bright)
        bright[parted], linear[parted], faint[parted] = np.nan, np.nan, np.nan
    return bright + 0.0, linear + 0.0, faint + 0.0


def alike(alphas: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Where two frames, (points, modes) each, are one: what light one holds the other does, too.

    >>> alike(np.array([[9.9, 1e-20], [9.0, 0.0]]), np.array([[10.0, 0.0]]))
    array([ True, False])
    """
    return np.asarray(np.sum(abs(alphas - other) ** 2, axis=-1) <= ALIKE)


def _left(model: Model, flow: MeanField, c: np.ndarray, roots: np.ndarray) -> np.ndarray:
    """Which roots (starts, unknowns, points) do not draw light back, (starts, points).

    Of models with atoms it is not asked, as in `Branches`.
    """
    if any(map(is_two_level, model.modes)):
        return np.zeros((len(roots), c.shape[1]), dtype=bool)
    return ~_drawing(flow, c, roots)


def _drawing(flow: MeanField, c: np.ndarray, roots: np.ndarray) -> np.ndarray:
    """Which roots draw back what is near them, atoms too, (starts, points); all that are none."""
    draws = np.ones((len(roots), c.shape[1]), dtype=bool)
    for kept, root in zip(draws, roots, strict=True):
        (some,) = np.nonzero(np.isfinite(root).all(axis=0))
        kept[some] = _stable(flow, root[:, some], c[:, some], -MARGINAL)
    return draws


def another_beyond(
    model: Model,
    arrays: Arrays,
    alphas: np.ndarray,
    sides: Sequence[Side],
    seen: Callable[[np.ndarray], np.ndarray] = lambda b: b,
) -> np.ndarray:
    """Where a stable root lies beyond a cut around ``alphas`` (points, modes), (points,).

    The root that is nearest to them is none of those.  ``seen`` makes amplitudes of the quanta that
    are cut of distances (roots, points, modes).  Light that is metastable at both roots settles
    around either, and only what holds both tells how much is where.

    >>> from numeric.lindblad.space import sides
    >>> from systems.library import kerr
    >>> values = {"Delta": -6.31, "chi": 0.0707, "gamma": 1.0, "xi": 10.0}
    >>> arrays = {name: np.array([x]) for name, x in values.items()}
    >>> bright, around = amplitudes(kerr.MODEL, arrays)[0], [sides(kerr.MODEL.modes, 40)]
    >>> around.append(sides(kerr.MODEL.modes, 150))
    >>> [another_beyond(kerr.MODEL, arrays, bright, one) for one in around]
    [array([ True]), array([False])]
    """
    beyond = np.zeros(len(alphas), dtype=bool)
    flow = mean_field(model)
    c = flow.coefficients(arrays)
    roots = _roots(model, flow, c)
    every = np.array([_fields(model, root) for root in roots])
    every[~_drawing(flow, c, roots)] = np.nan
    gaps = np.sum(abs(every - alphas) ** 2, axis=2)
    nearest = every[np.argmin(np.nan_to_num(gaps, nan=np.inf), axis=0), np.arange(len(alphas))]
    every[np.sum(abs(every - nearest) ** 2, axis=2) <= ALIKE] = np.nan
    for root in np.nan_to_num(abs(seen(every - alphas)) ** 2):
        for side in sides:
            beyond |= reach_at(side, root) > side.limit
    return beyond


def reach(quanta: np.ndarray, deviations: float = SPREAD) -> np.ndarray:
    """Quanta that hold coherent light of such mean numbers; 0 where it is less than one quantum.

    So many standard ``deviations`` of it are held beyond its mean.

    >>> reach(np.array([0.5, 100.0]))
    array([  0., 165.])
    """
    return np.where(quanta > 1, np.ceil(quanta + deviations * np.sqrt(quanta)), 0)


def reach_at(side: Side, quanta: np.ndarray) -> np.ndarray:
    """What coherent light of these numbers (points, modes) counts at a side of a cut, (points,).

    >>> reach_at(Side((1, 1), 8), np.array([[60.0, 40.0]])), reach_at(Side((0, 2), 8), np.ones(2))
    (array([165.]), array(0.))
    """
    w = np.array(side.weights)
    mean, spread = quanta @ w, quanta @ w**2
    each = spread / np.where(mean > 0, mean, 1.0)  # how much a quantum counts, as its variance does
    return np.asarray(each * reach(mean / np.where(each > 0, each, 1.0)))


def filled(model: Model, quanta: np.ndarray, least: int = 0) -> np.ndarray:
    """How many states such light fills, its quanta (points, modes), per point; 0 where it is faint.

    The total number is cut, or each mode, whichever keeps fewer states; ``least`` is how many
    quanta of each mode are kept all the same.

    >>> from systems.library import kerr
    >>> filled(kerr.MODEL, np.array([[0.5], [100.0]]))
    array([  0., 166.])
    """
    tops = np.maximum(reach(quanta), least)
    count = partial(count_states, model.modes)
    sizes, some = np.zeros(len(tops)), tops.any(axis=1)
    sizes[some] = [min(count(int(sum(row))), count(by_mode(model, row))) for row in tops[some]]
    return sizes


def by_mode(model: Model, tops: np.ndarray) -> tuple[int, ...]:
    """The cut that keeps so many quanta in each mode, and in a two-level system one.

    >>> from systems.library import jaynes_cummings
    >>> by_mode(jaynes_cummings.MODEL, np.array([7.0, 7.0]))
    (7, 1)
    """
    pairs = zip(model.modes, tops, strict=True)
    return tuple(1 if is_two_level(mode) else int(top) for mode, top in pairs)


def held_against(model: Model, found: Solution, light: Branches) -> Solution:
    """A solution, with the points of which one of several branches lies beyond the cut.

    What has no state to double precision there, although every mode is lossy, is metastable: it
    leaves a branch more slowly than round-off moves it, and is not resolved.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> values = {"Delta": -6.31, "chi": 0.0707, "gamma": 1.0, "xi": 10.85}
    >>> (few,) = steady_state(kerr.MODEL, values, quanta=5).blocks
    >>> light = Branches(np.array([[54.0]]), np.array([True]))
    >>> held_against(kerr.MODEL, few, light).short
    array([ True])
    """
    short, words = np.zeros(len(found.points), dtype=bool), found.status.copy()
    for side in found.space.sides:
        short |= reach_at(side, light.quanta) > side.limit
    if every_mode_is_lossy(model):
        words[light.several & (words == Status.NOT_UNIQUE)] = Status.NOT_RESOLVED
    known = False if found.short is None else found.short
    return replace(found, short=(short & light.several) | known, status=words)


def _bright(model: Model, flow: MeanField, c: np.ndarray) -> np.ndarray:
    """Where there may be a quantum, (points,): the drive over the least loss of a mode tells.

    Pairs grow out of the empty state where it does not draw light back.
    """
    largest = _largest(model, flow, c)
    if not _makes_pairs(model):
        return largest > 1.0
    return (largest > 0.0) | ~_stable(flow, np.zeros((flow.count, c.shape[1])), c)


def _makes_pairs(model: Model) -> bool:
    return any(sum(p) - sum(q) > 1 for p, q in model.ladder)


def _branches(model: Model, flow: MeanField, c: np.ndarray) -> Branches:
    roots, every = _roots(model, flow, c), np.arange(c.shape[1])
    numbers = np.array([_quanta(model, root) for root in roots])
    total = numbers.sum(axis=2)
    left = np.where(np.isnan(total), -1.0, total)
    brightest = np.argmax(left, axis=0)
    quanta, open_ = np.nan_to_num(numbers[brightest, every]), np.arange(len(every))
    # light leaves a root that is not stable, as that of a pump above threshold whose pairs are dark
    for _ in range(0 if any(map(is_two_level, model.modes)) else FALLS):
        open_ = open_[left[brightest[open_], open_] >= 0]
        if not open_.size:
            break
        open_ = open_[~_stable(flow, roots[brightest[open_], :, open_].T, c[:, open_])]
        same = left[:, open_] > left[brightest[open_], open_] * (1 - APART)
        left[:, open_] = np.where(same, -1.0, left[:, open_])
        brightest[open_] = np.argmax(left[:, open_], axis=0)
        known = open_[left[brightest[open_], open_] >= 0]
        quanta[known] = numbers[brightest[known], known]
    with np.errstate(invalid="ignore"):
        spread = np.fmax.reduce(total, axis=0) - np.fmin.reduce(total, axis=0)
        several = np.nan_to_num(spread) > APART * np.nan_to_num(np.fmax.reduce(total, axis=0))
    if not any(map(is_two_level, model.modes)):
        parted = np.zeros(len(quanta), dtype=bool)
        for number, root in zip(numbers, roots, strict=True):
            (more,) = np.nonzero(_brighter(number, quanta))
            more = more[_stable(flow, root[:, more], c[:, more])]
            quanta[more], several[more] = np.maximum(number, quanta)[more], True
            parted[more] = True
        few = parted & (np.max(quanta, axis=1) < PARTED)
        quanta[few], several[few] = 0.0, False
    return Branches(quanta, several)


def _brighter(number: np.ndarray, quanta: np.ndarray) -> np.ndarray:
    """Where one root has plainly more quanta of some mode than another, (points,)."""
    return np.asarray(np.any(number > (1 + APART) * quanta + 1, axis=1))


def _mirrored(found: np.ndarray, bright: np.ndarray) -> np.ndarray:
    """Where another root has as many quanta of every mode, in other phases, (points,)."""
    same = np.isclose(abs(found) ** 2, abs(bright) ** 2, rtol=MIRRORED, atol=MIRRORED).all(axis=2)
    return np.asarray(np.any(same & ~alike(found, bright), axis=0))


def _stable(flow: MeanField, x: np.ndarray, c: np.ndarray, most: float = CLOSE) -> np.ndarray:
    """Whether small deviations from roots (unknowns, points) do not grow, (points,).

    That is by ``most`` of the largest rate; where it is negative they have to decay.
    """
    _, slopes = flow.at(x, c)
    growth = np.linalg.eigvals(slopes)
    return np.asarray(np.max(growth.real, axis=1) <= most * np.max(abs(growth), axis=1))


def _widths(model: Model) -> list[int]:
    """How many real unknowns each mode has: two of an amplitude, of an atom its excitation too."""
    return [3 if is_two_level(mode) else 2 for mode in model.modes]


def _largest(model: Model, flow: MeanField, c: np.ndarray) -> np.ndarray:
    """The largest amplitude that the drive makes on resonance, (points,): drive over loss."""
    pushed, slopes = flow.at(np.zeros((flow.count, c.shape[1])), c)
    damping, width = -np.einsum("pii->ip", slopes), _widths(model)
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = [
            np.hypot(pushed[i], pushed[i + 1]) / damping[i] for i in np.cumsum([0, *width[:-1]])
        ]
    return np.minimum(np.max(np.nan_to_num(sizes, nan=0.0, posinf=0.0), axis=0), HUGE)


def _roots(model: Model, flow: MeanField, c: np.ndarray) -> np.ndarray:
    """The roots that the starts lead to, (starts, unknowns, points); NaN where to none."""
    starts = _starts(model, flow, c)
    every, same = np.hstack(list(starts)), np.tile(c, len(starts))
    slabs = [slice(k, k + flow.together) for k in range(0, every.shape[1], flow.together)]
    found = [_newton(flow, same[:, k], every[:, k]) for k in slabs]
    return np.stack(np.split(np.hstack(found), len(starts), axis=1))


def _starts(model: Model, flow: MeanField, c: np.ndarray) -> np.ndarray:
    """Values of the unknowns to start from, (starts, unknowns, points)."""
    width, largest = _widths(model), _largest(model, flow, c)
    empty = np.zeros((flow.count, len(largest)))
    found, first = [empty], np.cumsum([0, *width[:-1]])
    for size in SIZES:
        for phase in 2 * np.pi * np.arange(PHASES) / PHASES:
            start = empty.copy()
            for i, count in zip(first, width, strict=True):
                if count == 2:
                    start[i], start[i + 1] = size * largest * [[np.cos(phase)], [np.sin(phase)]]
            found.append(start)
    grown = _grown(flow, c) if _makes_pairs(model) else []
    return np.array([*found, *_alone(model, flow, c), *grown])


def _alone(model: Model, flow: MeanField, c: np.ndarray) -> list[np.ndarray]:
    """Starts (unknowns, points) in the light of one of several modes without the nonlinearity.

    Two modes that push each other out of resonance may have light in one of them only.
    """
    width = _widths(model)
    light = [i for i, count in zip(np.cumsum([0, *width[:-1]]), width, strict=True) if count == 2]
    if len(light) == 1:
        return []
    linear, starts = _linear(model, flow, c), []
    for i in light:
        start = np.zeros_like(linear)
        start[i : i + 2] = linear[i : i + 2]
        starts.append(np.clip(np.nan_to_num(start), -HUGE, HUGE))
    return starts


def _grown(flow: MeanField, c: np.ndarray) -> list[np.ndarray]:
    """Starts (unknowns, points) where light goes that grows out of the empty state, of either sign.

    A drive of pairs alone leaves the empty state a root, and above its threshold one that light
    leaves.  It is followed in implicit steps of time, in each of which it doubles at first.
    """
    growth, vectors = np.linalg.eig(flow.at(np.zeros((flow.count, c.shape[1])), c)[1])
    fastest = np.argmax(growth.real, axis=1)[:, None]
    rate = np.take_along_axis(growth.real, fastest, axis=1)[:, 0]
    (some,) = np.nonzero(rate > 0)
    way = np.take_along_axis(vectors.real, fastest[:, None], axis=2)[some, :, 0].T
    per_step = 2 * rate[some, None, None] * np.eye(flow.count)
    starts = np.zeros((2, flow.count, len(rate)))
    for start, seed in zip(starts, (SEED, -SEED), strict=True):
        x = seed * way
        with np.errstate(all="ignore"):
            for _ in range(DOUBLINGS):
                f, J = flow.at(x, c[:, some])
                x = np.clip(x + _solve(per_step - J, f.T).T, -HUGE, HUGE)
        start[:, some] = np.nan_to_num(x)
    return list(starts)


def _newton(flow: MeanField, c: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The root that a start (unknowns, points) leads to; NaN where it leads to none."""
    x, found = start.copy(), np.full_like(start, np.nan)
    going = np.arange(x.shape[1])  # a start that has arrived is not followed further
    with np.errstate(all="ignore"):
        for _ in range(ROUNDS):
            f, J = flow.at(x, c)
            good = np.isfinite(J).all(axis=(1, 2)) & np.isfinite(f).all(axis=0)
            x, c, going = x[:, good], c[:, good], going[good]
            step = _solve(J[good], f[:, good].T).T
            x = x - step
            done = np.max(abs(step), axis=0) <= CLOSE * (np.max(abs(x), axis=0) + TINY)
            found[:, going[done]] = x[:, done]
            x, c, going = x[:, ~done], c[:, ~done], going[~done]
            if not len(going):
                break
    return found


def _solve(J: np.ndarray, f: np.ndarray) -> np.ndarray:
    """J^-1 f per point; the least step where J is singular."""
    try:
        return np.asarray(np.linalg.solve(J, f[..., None])[..., 0])
    except np.linalg.LinAlgError:
        known = np.nan_to_num(f)
        return np.where(np.isnan(f), np.nan, np.einsum("pij,pj->pi", np.linalg.pinv(J), known))


def _quanta(model: Model, x: np.ndarray) -> np.ndarray:
    """Quanta of each mode, (points, modes), from the unknowns (unknowns, points)."""
    with np.errstate(over="ignore", invalid="ignore"):
        x = _fields(model, x)
        number = x.real**2 + x.imag**2
        return np.where(number < HUGE, number, np.nan)


def _without_nonlinearity(model: Model, flow: MeanField, c: np.ndarray) -> np.ndarray:
    """Amplitudes of the linear equations, (points, modes), with atoms at rest."""
    return _fields(model, _linear(model, flow, c))


def _linear(model: Model, flow: MeanField, c: np.ndarray) -> np.ndarray:
    """The same as unknowns, (unknowns, points)."""
    light = np.concatenate([[w == 2] * w for w in _widths(model)])
    x = np.zeros((flow.count, c.shape[1]))
    f, J = flow.at(x, c)
    x[light] = -_solve(J[:, light][:, :, light], f[light].T).T
    return x


def _fields(model: Model, x: np.ndarray) -> np.ndarray:
    """The amplitudes (points, modes) among the unknowns (unknowns, points), 0 of atoms."""
    found, i = [], 0
    for width in _widths(model):
        nothing = 0.0 * x[i]  # NaN where nothing is known
        found.append(x[i] + 1j * x[i + 1] if width == 2 else nothing + 0j)
        i += width
    return np.stack(found, axis=1)
