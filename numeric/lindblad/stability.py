"""Whether a steady state exists: gain at or above loss, parametric drive above threshold.

A truncated equation always has a steady state, so this is read off the untruncated equations of
moments (`numeric.lindblad.heisenberg`).  Second moments that close among themselves obey a linear
equation d<O>/dt = M <O> + source; where M has an eigenvalue with positive real part, or one at zero
that is fed, they grow for ever.  Of a nonlinear model the total number of quanta may still close.
A mode that gains more than it loses grows for ever, too, where all else takes quanta from it by a
force of limited strength (radiation pressure of light whose number is limited): a force drains it
as the square root of its number, gain feeds it as the number itself.  A symbol whose value is
zero does not count: a Kerr mode without its nonlinearity is linear.  Models without gain and
without two-quanta drives, in which every mode has a loss, need no check.

The first moments tell whether it is unique: amplitudes that close among themselves and of which
a combination is not damped oscillate for ever, or, driven on resonance, grow.

These are sufficient grounds for "does not exist" and "not unique", not necessary ones: a model
that passes may still have no steady state, which its truncation then shows by not converging.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import sympy as sp

from numeric.lindblad.heisenberg import (
    bosons,
    degree,
    drift,
    heisenberg,
    in_numbers,
    patterns,
    without,
)
from systems import Model
from systems.arithmetic import evaluate
from systems.ladder import Ladder, Word, add, is_two_level
from systems.values import Arrays

Jump = tuple[sp.Expr, Ladder]  # rate and operator of a loss
# Growth rate relative to the largest rate that counts as zero: above the round-off of eigenvalues
# and below any distance from a threshold that is meant.  Measured with parametric drives at 400
# drawn detunings: all are stable 1e-8 below their threshold, and none from 1e-10 below it on
MARGINAL = 1e-9
EXACT = 8 * np.finfo(float).eps  # the same of amplitudes that nothing pumps: round-off alone
PORTION = 10**7  # cubed sizes of the matrices of one call of LAPACK: a fifth of a second
# Least term of H_eff over its largest: its third power, 1e-14, is what solvers call singular
# (`solvers.refinement.SINGULAR`)
FAR = 2e-5


def exists(model: Model, arrays: Arrays) -> np.ndarray:
    """False where moments of the model grow without limit; shape of the arrays.

    ``arrays`` are the values of all parameters by name, broadcast to one shape (`read_values`).

    >>> from systems.library import parametric_kerr
    >>> from systems.values import read_values
    >>> values = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.1, "G": [0.24, 0.26]}
    >>> arrays = read_values(parametric_kerr.MODEL, values)
    >>> exists(parametric_kerr.MODEL, arrays).tolist()  # the threshold is |G| = gamma/4
    [True, False]
    """
    if not _pumped(model) and every_mode_is_lossy(model):
        return np.ones(_shape(arrays), dtype=bool)
    return _by_pattern(_bounded, model, arrays)


def _by_pattern(
    judge: Callable[[Model, frozenset[sp.Symbol], Arrays], np.ndarray],
    model: Model,
    arrays: Arrays,
) -> np.ndarray:
    """Points with the same symbols zero are judged together.

    Which moments close depends on which terms are there, not on their size: the symbolic work is
    done once per pattern of zeros, and ``judge`` gets its points as arrays of one dimension.
    """
    good = np.empty(int(np.prod(_shape(arrays))), dtype=bool)
    for absent, rows in patterns(model, arrays):
        some = {name: array.ravel()[rows] for name, array in arrays.items()}
        good[rows] = judge(model, absent, some)
    return good.reshape(_shape(arrays))


def _bounded(model: Model, absent: frozenset[sp.Symbol], arrays: Arrays) -> np.ndarray:
    """The same as `exists` for points of one dimension, at which the symbols ``absent`` are zero.

    Three grounds, each of which suffices: the total number grows, a mode escapes what holds it,
    or the closed second moments grow.
    """
    bounded = ~_total_number_grows(model, absent, arrays) & ~_escapes(model, absent, arrays)
    M, source = drift(model, absent, order=2)
    if M.shape[0]:
        bounded &= ~_grows(in_numbers(M, arrays), in_numbers(source, arrays))
    return bounded


def damped(model: Model, arrays: Arrays) -> np.ndarray:
    """False where linear light oscillates for ever; shape of the arrays.

    Then the steady state is not unique: any number of quanta may be in that oscillation.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> bool(damped(kerr.MODEL, read_values(kerr.MODEL, kerr.VALUES)))
    True
    """
    if every_mode_is_lossy(model):
        return np.ones(_shape(arrays), dtype=bool)
    return _by_pattern(_amplitudes_decay, model, arrays)


def _amplitudes_decay(model: Model, absent: frozenset[sp.Symbol], arrays: Arrays) -> np.ndarray:
    """Whether all eigenvalues of the closed first moments have a negative real part."""
    slowest, size = _slowest(model, absent, arrays)
    return np.asarray(slowest < -MARGINAL * size)


def _slowest(
    model: Model, absent: frozenset[sp.Symbol], arrays: Arrays
) -> tuple[np.ndarray, np.ndarray]:
    """The largest real part of the eigenvalues of the closed first moments, and their scale."""
    M, _ = drift(model, absent, order=1)
    if not M.shape[0]:
        return np.full(_shape(arrays), -np.inf), np.ones(_shape(arrays))
    matrices = in_numbers(M, arrays)
    slowest = np.max(np.linalg.eigvals(matrices).real, axis=-1)
    return slowest, np.max(abs(matrices), axis=(-1, -2))


def crawls(model: Model, arrays: Arrays) -> np.ndarray:
    """Where linear light that nothing pumps decays, but by less than `MARGINAL`; the arrays' shape.

    It has a steady state, which no more can be said of where `exists` finds none: a dark
    superposition that is driven holds as many more quanta as it decays more slowly.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> bool(crawls(kerr.MODEL, read_values(kerr.MODEL, kerr.VALUES)))
    False
    """
    if _pumped(model) or every_mode_is_lossy(model):
        return np.zeros(_shape(arrays), dtype=bool)
    return _by_pattern(_is_slow, model, arrays)


def _is_slow(model: Model, absent: frozenset[sp.Symbol], arrays: Arrays) -> np.ndarray:
    """Whether the slowest of the closed first moments decays, and by less than `MARGINAL`."""
    slowest, size = _slowest(model, absent, arrays)
    return np.asarray((slowest < -EXACT * size) & (slowest >= -MARGINAL * size))


def decays(model: Model, arrays: Arrays) -> np.ndarray:
    """Whether every single excitation decays without a drive; shape of the arrays.

    Where one does not, only the drive (if anything) makes the steady state unique, and solvers
    that start from the empty state without a drive (`numeric.solvers.graded`) are not used.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> bool(decays(kerr.MODEL, read_values(kerr.MODEL, kerr.VALUES)))
    True
    """
    if every_mode_is_lossy(model):
        return np.ones(_shape(arrays), dtype=bool)
    values = _single_excitations(model, arrays)
    return np.all(values.imag < -MARGINAL * np.max(abs(values), axis=-1, keepdims=True), axis=-1)


def blurred(model: Model, arrays: Arrays) -> np.ndarray:
    """Whether rates differ so much that a slow decay would hide in round-off; shape of the arrays.

    A mode that is far away decays by what it borrows, at the rate g^2 kappa/Delta^2: relative to
    Delta the third power of how far the terms of H_eff without a drive lie apart.  Where these are
    further apart than `FAR` a solver cannot tell a second steady state from one that is left
    slowly.

    >>> from systems.library import kerr_dimer
    >>> from systems.values import read_values
    >>> bool(blurred(kerr_dimer.MODEL, read_values(kerr_dimer.MODEL, kerr_dimer.VALUES)))
    False
    """
    kept = [c for (p, q), c in model.effective_ladder.items() if any(p) and any(q)]
    numbers = in_numbers(sp.Matrix([kept or [0]]), arrays)[..., 0, :]
    sizes = abs(np.concatenate([numbers.real, numbers.imag], axis=-1))
    least = np.min(sizes, axis=-1, where=sizes > 0, initial=np.inf)
    return np.asarray(least < FAR * np.max(sizes, axis=-1))


def slowest_decay(model: Model, arrays: Arrays) -> np.ndarray:
    """The smallest rate at which a single excitation decays without a drive, in their unit.

    It is an energy decay rate, -2 Im E for the complex energy E = omega - i rate/2 of H_eff; its
    inverse is how long the system remembers.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> float(slowest_decay(kerr.MODEL, read_values(kerr.MODEL, kerr.VALUES)))  # gamma
    1.0
    """
    return np.asarray(-2 * np.max(_single_excitations(model, arrays).imag, axis=-1))


def _single_excitations(model: Model, arrays: Arrays) -> np.ndarray:
    """Complex energies of H_eff without a drive, one quantum in all, shape (..., modes)."""
    ones = [model.occupation(mode) for mode in model.modes]
    K = sp.Matrix([[model.effective_ladder.get((p, q), sp.S.Zero) for q in ones] for p in ones])
    return np.linalg.eigvals(in_numbers(K, arrays))


@lru_cache(maxsize=256)
def every_mode_is_lossy(model: Model) -> bool:
    """Whether each mode has a loss of its own, rate * D[a]: then nothing is left undamped.

    >>> from systems.library import kerr
    >>> every_mode_is_lossy(kerr.MODEL)
    True
    """
    ones, none = [model.occupation(mode) for mode in model.modes], (0,) * len(model.modes)
    return {((none, one),) for one in ones} <= {tuple(jump) for jump in model.jumps}


def _shape(arrays: Arrays) -> tuple[int, ...]:
    """Shape of the batch that the values span."""
    return next(iter(arrays.values())).shape


def _pumped(model: Model) -> bool:
    """Whether the Hamiltonian adds two bosons at once, or a jump adds one: what may grow at all."""
    raised = [bosons(model, p) - bosons(model, q) for p, q in model.ladder]
    jumps = [bosons(model, p) - bosons(model, q) for jump in model.jumps for p, q in jump]
    return any(n >= 2 for n in raised) or any(n >= 1 for n in jumps)


def _grows(M: np.ndarray, source: np.ndarray) -> np.ndarray:
    """Whether d<O>/dt = M <O> + source grows without limit, per point.

    An eigenvalue with positive real part grows exponentially, one at zero linearly if its left
    eigenvector overlaps with the source: exactly at threshold there is no steady state either.
    Points go in portions, between which Ctrl-C is heard.
    """
    parts = 1 + M.size * M.shape[-1] // PORTION
    pairs = zip(np.array_split(M, parts), np.array_split(source, parts), strict=True)
    return np.concatenate([_growing(*pair) for pair in pairs])


def _growing(M: np.ndarray, source: np.ndarray) -> np.ndarray:
    """The same for all points at once."""
    values, left = np.linalg.eig(np.swapaxes(M, -1, -2))
    size = np.max(abs(M), axis=(-1, -2))[..., None]
    # noise that feeds a marginal moment makes it grow linearly
    fed = abs(np.einsum("...ij,...ik->...j", left, source)) > MARGINAL * size
    marginal = abs(values.real) <= MARGINAL * size
    unstable = (values.real > MARGINAL * size) | (
        marginal & fed & (abs(values.imag) <= MARGINAL * size)
    )
    return np.any(unstable, axis=-1)


@lru_cache(maxsize=32)
def _total_number(model: Model, absent: frozenset[sp.Symbol]) -> tuple[sp.Matrix, sp.Expr] | None:
    """Net gain of each mode and the source of the total number of quanta, if it closes.

    d<sum_i a_i'a_i>/dt = sum_i gain_i <a_i'a_i> + source; None where other moments come in.
    """
    ones = [model.occupation(mode) for mode in model.modes if not is_two_level(mode)]
    flow = add(*(heisenberg(model, (p, p)) for p in ones))
    flow = without(absent, {word: sp.expand(x) for word, x in flow.items()})
    numbers = [(p, p) for p in ones]
    if not numbers or any(degree(model, w) > 1 and w not in numbers for w in flow):
        return None
    source = flow.get(((0,) * len(model.modes),) * 2, sp.S.Zero)
    return sp.Matrix([flow.get(word, sp.S.Zero) for word in numbers]), source


def _total_number_grows(model: Model, absent: frozenset[sp.Symbol], arrays: Arrays) -> np.ndarray:
    """Whether every mode gains at least what it loses while noise adds quanta; false if unknown."""
    total = _total_number(model, absent)
    if total is None:
        return np.zeros(_shape(arrays), dtype=bool)
    gain, source = in_numbers(total[0], arrays)[..., 0].real, evaluate(total[1], arrays).real
    return np.all(gain >= 0, axis=-1) & (source > 0)


def _escapes(model: Model, absent: frozenset[sp.Symbol], arrays: Arrays) -> np.ndarray:
    """Whether a mode with net gain is held by forces of limited strength only.

    A force is a term with one ladder operator of this mode, f (b + b'): it changes the number n
    at most by 2 |f| sqrt(n), which gain * n overtakes.  f is limited where the numbers in it are.
    """
    found = np.zeros(_shape(arrays), dtype=bool)
    words, jumps = list(without(absent, model.ladder)), _jumps(model, absent)
    bosons = [i for i, mode in enumerate(model.modes) if not is_two_level(mode)]
    for mode in bosons:
        gain = _net_gain(model, jumps, [mode], arrays)
        acting = [word for word in words if word[0][mode] != word[1][mode]]
        if gain is None or any(p[mode] + q[mode] != 1 for p, q in acting):
            continue
        others = [other for other in bosons if other != mode]
        sources = [other for other in others if any(p[other] + q[other] for p, q in acting)]
        limited = _limited(model, words, jumps, others, arrays)
        held = [limited[other] for other in sources]
        found |= (gain[0] > 0) & np.all([np.ones_like(found), *held], axis=0)
    return found


def _limited(
    model: Model, words: list[Word], jumps: list[Jump], modes: list[int], arrays: Arrays
) -> dict[int, np.ndarray]:
    """Where the number of each mode is limited whatever the others do: lossy, driven by a field.

    Modes are looked at one by one, and all together, for they may exchange quanta.  By position
    of the mode a mask of the arrays' shape.
    """
    limited = {mode: np.zeros(_shape(arrays), dtype=bool) for mode in modes}
    for group in [[mode] for mode in modes] + [modes]:
        gain = _net_gain(model, jumps, group, arrays)
        if gain is not None and all(_is_field(model, word, group) for word in words):
            for mode in group:
                limited[mode] |= np.all(np.array(gain) < 0, axis=0)
    return limited


def _is_field(model: Model, word: Word, group: list[int]) -> bool:
    """Whether the word keeps the number of quanta in a group or drives it as a field does.

    A field is a term with a single bosonic ladder operator, one of the group: xi (a + a').
    """
    p, q = word
    inside = sum(p[i] + q[i] for i in group)
    return sum(p[i] - q[i] for i in group) == 0 or inside == degree(model, word) == 1


def _jumps(model: Model, absent: frozenset[sp.Symbol]) -> list[Jump]:
    """Rates and operators of the losses that do not vanish with the symbols ``absent``."""
    gone = dict.fromkeys(absent, sp.S.Zero)
    pairs = zip(model.losses, model.jumps, strict=True)
    found = [(loss.rate.xreplace(gone), without(absent, jump)) for loss, jump in pairs]
    return [(rate, jump) for rate, jump in found if rate != 0 and jump]


def _net_gain(
    model: Model, jumps: list[Jump], group: list[int], arrays: Arrays
) -> list[np.ndarray] | None:
    """Gain minus loss of each mode of a group; None where other jumps change their number.

    Jumps that keep the number of the group, such as dephasing, do not count.
    """
    gain = {model.occupation(model.modes[i]): np.zeros(_shape(arrays)) for i in group}
    none = (0,) * len(model.modes)
    for rate, jump in jumps:
        if all(sum(p[i] - q[i] for i in group) == 0 for p, q in jump):
            continue
        ((p, q), x), *more = jump.items()
        one, sign = (q, -1) if p == none else (p, 1)
        if more or one not in gain or none not in (p, q):
            return None
        gain[one] = gain[one] + sign * abs(evaluate(rate * x * x, arrays))
    return list(gain.values())
