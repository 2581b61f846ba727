"""Compiled sweeps over the grades; the derivation stands in `numeric.solvers.graded.sweeps`.

Some dozens of points travel together, side by side in the last index of every array
(`numeric.solvers.graded.lanes`).  Which numbers enter a sum is the same for all points
(`numeric.solvers.graded.program`).

Names that recur: ``f`` holds the coefficients, ``a`` the entries of factorised matrices, ``x`` the
elements of the density matrix, ``y`` amplitudes, ``p`` populations, each with the shape (number,
lane), and those that are complex as a pair of real and imaginary parts.  ``off`` holds errors on
purpose, and is empty where all is done as exactly as possible.
"""

import math
from typing import Any

import numpy as np

from numeric.solvers.compiled import njit
from numeric.solvers.graded.lanes import (
    COMPILED,
    INNER,
    add_size,
    combine,
    copy,
    fill,
    load,
    multiply,
    nothing,
    subtract,
    subtract_wrong,
    total,
    zeros,
)
from numeric.solvers.graded.program import BlockSystem, Elimination, Program, Result, Sums

TINY = 1e-300  # keeps a quotient of two zeros from being NaN; far below all that counts
# Patterns of errors on purpose, which probe what round-off does: one alone may cancel by chance
PATTERNS = 2
# Sweeps from which on a point is given up that will not be done within the limit: of 5,000 points
# of six models at drives up to three losses 4 were lost and 17 gained; 40 strongly driven took a
# ninth of the time
TRIAL = 12
# Their relative size: far above round-off of 1e-16, and so small that errors add up linearly
OFF = 1e-7
# Blocks that `relax` and steps that `factorise` may begin with, 0 being that of the vacuum.  A bare
# 0 or 1 is a type of its own for Numba: both would be compiled twice
VACUUM, ABOVE = np.int64(0), np.int64(1)


@njit(**COMPILED)
def solve(
    program: Program,
    factors: Any,
    lanes: int,
    pure: bool,
    tolerance: float,
    limit: int,
    result: Result,
) -> None:
    """Sweep until the estimated remainder of the populations is below ``tolerance``.

    ``factors`` (coefficient, point) are the coefficients that `Sums` refers to.  With ``pure``
    the leading order is psi psi', otherwise it is the first sweep from the vacuum.  ``lanes``
    points travel together; they are swept until the slowest of them is done, or ``limit`` sweeps
    are made.  Nothing is returned: ``result`` is filled, also at points that do not converge, whose
    ``remainder`` tells so.
    """
    states, elements = len(program.views.group) - 1, len(program.left)
    # one more unknown than there are: it stays zero and fills up rows
    f = zeros(len(factors) + 1, lanes), zeros(len(factors) + 1, lanes)
    x = zeros(elements + 1, lanes), zeros(elements + 1, lanes)
    y = zeros(states + 1, lanes), zeros(states + 1, lanes)
    a, b = entries(program.elements, lanes), entries(program.amplitudes, lanes)
    loss_a, loss_b = zeros(elements, lanes), zeros(states, lanes)
    p, new, terms = zeros(states, lanes), zeros(states, lanes), zeros(states, lanes)
    wrong, change = np.zeros((PATTERNS, 2, states, lanes)), zeros(3, lanes)
    gain, exact, unshifted = zeros(states, lanes), np.zeros((2, 0)), np.zeros(lanes)
    # of a series other drives are summed up too, which need all of its terms
    trial = TRIAL if result.series.shape[1] == 0 else limit
    # disturbances of elements and of the entries that they are solved with
    off = patterns(max(errors(program.elements), errors(program.amplitudes)))
    for start in range(0, factors.shape[1], lanes):
        load(factors, start, *f)
        factorise(program.elements.matrix, ABOVE, unshifted, f, a, loss_a)
        factorise(program.amplitudes.matrix, ABOVE, unshifted, f, b, loss_b)
        for k in range(PATTERNS):
            lead(program, pure, off[k], f, a, b, loss_a, loss_b, x, y, p)
            correct(program, off[k], f, a, loss_a, x, new)
            copy(p, wrong[k, 0])
            copy(new, wrong[k, 1])
        lead(program, pure, exact, f, a, b, loss_a, loss_b, x, y, p)
        copy(p, terms)
        copy(p, new)
        fill(gain, 1.0)
        fill(change[0:1], 1.0)
        fill(change[1:2], 0.5)
        for sweep in range(limit + 1):
            if sweep > 0:
                correct(program, exact, f, a, loss_a, x, new)
            keep(new, x, start, sweep, result)
            if sweep == 1:
                probe(wrong, p, new, start, result.probes, gain)
            if sweep > 0:
                rest = limit - sweep if sweep >= trial else -1
                if accumulate(new, p, terms, change, gain, sweep, rest, tolerance) <= tolerance:
                    break
        store(p, terms, change[2], sweep, start, result)


@njit(**INNER)
def errors(system: BlockSystem) -> int:
    """How many errors on purpose a sweep makes: in each entry, and again when it is used twice."""
    return system.matrix.size + len(system.matrix.below)


@njit(**INNER)
def patterns(entries: int) -> Any:
    """Factors (pattern, real or imaginary part, entry) that differ from one by up to `OFF`.

    Sines of whole numbers look random enough, and are the same in each run.
    """
    off = np.empty((PATTERNS, 2, entries))
    for k in range(PATTERNS):
        for e in range(entries):
            off[k, 0, e] = 1.0 + OFF * math.sin((6.0 + k) * e)
            off[k, 1, e] = 1.0 + OFF * math.cos((6.0 + k) * e)
    return off


@njit(**INNER)
def lead(
    program: Program,
    pure: bool,
    off: Any,
    f: Any,
    a: Any,
    b: Any,
    loss_a: Any,
    loss_b: Any,
    x: Any,
    y: Any,
    p: Any,
) -> None:
    """Elements ``x`` and populations ``p`` of the leading order, for a vacuum element of one.

    If ``pure`` the amplitudes ``y`` are solved for, upward in the grade, and x = y y'.  ``b`` and
    ``loss_b`` belong to the matrix of the amplitudes, ``a`` and ``loss_a`` to that of elements.
    """
    if pure:
        fill(y[0][0:1], 1.0)
        relax(program.amplitudes, ABOVE, off, nothing(y), f, b, loss_b, y)
        outer(program, *y, *x)
        if off.shape[1] > 0:  # products are rounded one by one, also those of one amplitude
            for e in range(1, len(program.left)):
                for z in range(x[0].shape[1]):
                    x[0][e, z] *= off[0, e]
                    x[1][e, z] *= off[1, e]
        square(program.views, *y, p)
    else:
        fill(x[0], 0.0)
        fill(x[1], 0.0)
        fill(x[0][0:1], 1.0)
        relax(program.elements, ABOVE, off, nothing(x), f, a, loss_a, x)
        count(program.counts, x[0], p)


@njit(**INNER)
def correct(program: Program, off: Any, f: Any, a: Any, loss: Any, x: Any, new: Any) -> None:
    """Turn one correction of the elements into the next, and read off the populations ``new``.

    It is step 2 of `numeric.solvers.graded.sweeps`: in place, lowest grade first, so that what is
    read from higher grades belongs to the correction before.
    """
    # the vacuum element is one by convention: it has no corrections
    fill(x[0][0:1], 0.0)
    relax(program.elements, ABOVE, off, nothing(x), f, a, loss, x)
    count(program.counts, x[0], new)


@njit(**INNER)
def entries(system: BlockSystem, lanes: int) -> Any:
    """Room for the entries of a factorised matrix, real and imaginary parts."""
    return np.zeros((system.matrix.size, lanes)), np.zeros((system.matrix.size, lanes))


@njit(**INNER)
def store(p: Any, terms: Any, remainder: Any, sweep: int, start: int, result: Result) -> None:
    """The points of the lanes, without those that only fill them up."""
    for z in range(min(p.shape[1], len(result.sweeps) - start)):
        result.remainder[start + z] = remainder[z]
        result.sweeps[start + z] = sweep
        for i in range(p.shape[0]):
            result.populations[start + z, i] = p[i, z]
            result.terms[start + z, i] = terms[i, z]


@njit(**INNER)
def probe(wrong: Any, p: Any, new: Any, start: int, probes: Any, gain: Any) -> None:
    """By how much errors by a fraction `OFF` in every operation change, in units of it,

    the populations of leading order and those of the first correction: the larger one of two
    patterns, because one of them may cancel by chance.  ``gain`` is the relative change by which
    corrections beyond the first are judged: the smaller one, because one of these two may
    itself be small by chance; where both are zero, the largest of all populations.
    """
    for z in range(p.shape[1]):
        largest = 1.0
        for i in range(p.shape[0]):
            first, second = 0.0, 0.0
            for k in range(PATTERNS):
                first = max(first, abs(wrong[k, 0, i, z] - p[i, z]) / OFF)
                second = max(second, abs(wrong[k, 1, i, z] - new[i, z]) / OFF)
            ratio = np.inf
            if p[i, z] != 0.0:
                ratio = first / abs(p[i, z])
            if new[i, z] != 0.0:
                ratio = min(ratio, second / abs(new[i, z]))
            gain[i, z] = max(ratio, 1.0)
            if ratio < np.inf:
                largest = max(largest, ratio)
            if start + z < len(probes):
                probes[start + z, 0, i], probes[start + z, 1, i] = first, second
        for i in range(p.shape[0]):
            gain[i, z] = min(gain[i, z], largest)


@njit(**INNER)
def keep(new: Any, x: Any, start: int, sweep: int, result: Result) -> None:
    """Keep what this sweep has added, to populations and elements, where it is asked for."""
    series, density = result.series, result.density
    for z in range(min(new.shape[1], len(result.sweeps) - start)):
        if sweep < series.shape[1]:
            for i in range(new.shape[0]):
                series[start + z, sweep, i] = new[i, z]
        for e in range(density.shape[1]):
            density[start + z, e] += complex(x[0][e, z], x[1][e, z])


@njit(**INNER)
def factorise(lu: Elimination, begin: int, shift: Any, f: Any, a: Any, loss: Any) -> None:
    """Fill the entries, add ``shift`` (point) to the pivots and eliminate, from step ``begin`` on.

    ``f`` are the coefficients that the entries are sums of; the factors are left in ``a``.
    Pivots are stored inverted.  ``loss``, unless it is empty, is how large the terms that add up
    to the diagonal are against the pivots: so many times round-off is in each.
    """
    (f_re, f_im), (a_re, a_im) = f, a
    lanes, sums, unknowns = a_re.shape[1], lu.entries, len(lu.unknown)
    re, im = np.empty(lanes), np.empty(lanes)
    weight, size = zeros(*sums.real.shape), zeros(*f_re.shape)
    l_re, l_im = zeros(1, lanes), zeros(1, lanes)
    add_size(sums.real, weight)
    add_size(f_re, size)
    add_size(f_im, size)
    if len(lu.place) < lu.size:
        fill(a_re, 0.0)
        fill(a_im, 0.0)
    for k in range(len(lu.place)):
        e, first, last = lu.place[k], sums.row[k], sums.row[k + 1]
        combine(sums.source, sums.real, first, last, f_re, re)
        combine(sums.source, sums.imag, first, last, f_im, im)
        if e < unknowns:
            for z in range(lanes):
                re[z] += shift[z]
            if loss.shape[0] > 0:
                # entries weigh both parts alike
                combine(sums.source, weight, first, last, size, loss[e])
        for z in range(lanes):
            a_re[e, z] = re[z]
            a_im[e, z] = im[z]
    for t in range(begin, unknowns):
        e, target = lu.unknown[t], lu.target_start[t]
        for z in range(lanes):
            u, v = a_re[e, z], a_im[e, z]
            n = 1.0 / (u * u + v * v)
            a_re[e, z] = n * u
            a_im[e, z] = -n * v
        if loss.shape[0] > 0:
            for z in range(lanes):
                loss[e, z] *= abs(a_re[e, z]) + abs(a_im[e, z])
        lower, upper = lu.lower[t], lu.upper[t]
        after = lu.upper_start[t + 1] - lu.upper_start[t]
        for i in range(lu.lower_start[t + 1] - lu.lower_start[t]):
            for z in range(lanes):
                u, v, r, s = a_re[e, z], a_im[e, z], a_re[lower + i, z], a_im[lower + i, z]
                l_re[0, z] = u * r - v * s
                l_im[0, z] = u * s + v * r
            # of a symmetric matrix one half
            for j in range(after if lower != upper else i + 1):
                subtract(l_re, l_im, 0, a_re, a_im, upper + j, a_re, a_im, lu.target[target])
                target += 1
            if lower != upper:
                for z in range(lanes):
                    a_re[lower + i, z] = l_re[0, z]
                    a_im[lower + i, z] = l_im[0, z]
        for j in range(after):
            multiply(a_re, a_im, e, a_re, a_im, upper + j)


@njit(**INNER)
def relax(
    system: BlockSystem, begin: int, off: Any, source: Any, f: Any, a: Any, loss: Any, x: Any
) -> None:
    """One sweep: every block, upward and in place, is solved for what the others feed into it.

    It begins with block ``begin``.  To the right-hand sides ``source`` is added unless it is
    empty.  Unless ``off`` is empty all is done as wrong as it says: right-hand sides, the
    products of the substitution, and solutions, these ``loss`` (see `factorise`) times more.
    """
    (f_re, f_im), (a_re, a_im), (x_re, x_im) = f, a, x
    lanes, lu, wrong = x_re.shape[1], system.matrix, off.shape[1] > 0
    re, im, u, v = np.empty(lanes), np.empty(lanes), np.empty(lanes), np.empty(lanes)
    for b in range(begin, len(system.block) - 1):
        first, last = system.block[b], system.block[b + 1]
        coupled = (
            lu.lower_start[first] < lu.lower_start[last]
            or lu.upper_start[first] < lu.upper_start[last]
        )
        for e in range(first, last):
            total(system.sums, e, f_re, f_im, x_re, x_im, re, im, u, v)
            if source[0].shape[0] > 0:
                for z in range(lanes):
                    re[z] += source[0][e, z]
                    im[z] += source[1][e, z]
            if coupled:
                o, p = (off[0, e], off[1, e]) if wrong else (1.0, 1.0)
                for z in range(lanes):
                    x_re[e, z] = o * re[z]
                    x_im[e, z] = p * im[z]
            else:
                for z in range(lanes):
                    x_re[e, z] = a_re[e, z] * re[z] - a_im[e, z] * im[z]
                    x_im[e, z] = a_re[e, z] * im[z] + a_im[e, z] * re[z]
                if wrong:
                    disturb(off, loss, e, x_re, x_im)
        if coupled:
            substitute(lu, first, last, off, loss, a_re, a_im, x_re, x_im)


@njit(**INNER, inline="always")
def disturb(off, loss, e, x_re, x_im):  # type: ignore[no-untyped-def]
    """Solution e as wrong as its pivot."""
    o, p = off[0, e] - 1.0, off[1, e] - 1.0
    for z in range(x_re.shape[1]):
        re, im = x_re[e, z], x_im[e, z]
        size = (1.0 + loss[e, z]) * (abs(re) + abs(im))
        x_re[e, z] = re + o * size
        x_im[e, z] = im + p * size


@njit(**INNER)
def substitute(
    lu: Elimination,
    first: int,
    last: int,
    off: Any,
    loss: Any,
    a_re: Any,
    a_im: Any,
    x_re: Any,
    x_im: Any,
) -> None:
    """Solve one block in place, down and back.

    Factors that are wrong entry by entry are those of a matrix that is wrong by as much as the
    rounding of the elimination makes it, |L||U|: N. J. Higham, "Accuracy and Stability of
    Numerical Algorithms" (SIAM, 2002), Theorem 9.3.
    """
    wrong = off.shape[1] > 0
    for t in range(first, last):
        e, shift = lu.unknown[t], lu.lower[t] - lu.lower_start[t]
        for i in range(lu.lower_start[t], lu.lower_start[t + 1]):
            if wrong:
                o, p = off[0, shift + i], off[1, shift + i]
                subtract_wrong(o, p, a_re, a_im, shift + i, x_re, x_im, e, lu.below[i])
            else:
                subtract(a_re, a_im, shift + i, x_re, x_im, e, x_re, x_im, lu.below[i])
    # the same entries of a symmetric matrix are rounded another time
    other = len(lu.below)
    for t in range(last - 1, first - 1, -1):
        e, shift = lu.unknown[t], lu.upper[t] - lu.upper_start[t]
        multiply(a_re, a_im, e, x_re, x_im, e)
        if wrong:  # also where it cancels with what follows
            for z in range(x_re.shape[1]):
                x_re[e, z] *= off[0, e]
                x_im[e, z] *= off[1, e]
        for j in range(lu.upper_start[t], lu.upper_start[t + 1]):
            if wrong:
                o, p = off[0, other + shift + j], off[1, other + shift + j]
                subtract_wrong(o, p, a_re, a_im, shift + j, x_re, x_im, lu.after[j], e)
            else:
                subtract(a_re, a_im, shift + j, x_re, x_im, lu.after[j], x_re, x_im, e)
        if wrong:
            disturb(off, loss, e, x_re, x_im)


@njit(**INNER)
def outer(program: Program, y_re: Any, y_im: Any, x_re: Any, x_im: Any) -> None:
    """X = psi psi', element by element: x_e = y_i y_j* with i = left[e] and j = right[e]."""
    for e in range(len(program.left)):
        i, j = program.left[e], program.right[e]
        for z in range(x_re.shape[1]):
            x_re[e, z] = y_re[i, z] * y_re[j, z] + y_im[i, z] * y_im[j, z]
        for z in range(x_re.shape[1]):
            x_im[e, z] = y_im[i, z] * y_re[j, z] - y_re[i, z] * y_im[j, z]


@njit(**INNER)
def square(views: Sums, y_re: Any, y_im: Any, p: Any) -> None:
    """Populations |psi|^2 of the Fock states: squared last, so that small ones stay exact."""
    lanes = p.shape[1]
    re, im = np.empty(lanes), np.empty(lanes)
    for i in range(p.shape[0]):
        combine(views.source, views.real, views.row[i], views.row[i + 1], y_re, re)
        combine(views.source, views.real, views.row[i], views.row[i + 1], y_im, im)
        for z in range(lanes):
            p[i, z] = re[z] * re[z] + im[z] * im[z]


@njit(**INNER)
def count(counts: Sums, x_re: Any, p: Any) -> None:
    """Populations of the Fock states, sums of the real parts of elements."""
    for i in range(p.shape[0]):
        combine(counts.source, counts.real, counts.row[i], counts.row[i + 1], x_re, p[i])


@njit(**INNER)
def accumulate(
    new: Any, p: Any, terms: Any, change: Any, gain: Any, sweep: int, rest: int, tolerance: float
) -> float:
    """Add a correction to the populations; largest estimated remainder of the lanes.

    ``terms`` sums up their sizes, those that were not probed times ``gain`` (see `probe`).
    ``change`` keeps the largest relative change of a population, its ratio to the one before,
    and the remainder of a geometric series of the larger one of the last two ratios.  Lanes that
    even at the smaller one will not be below ``tolerance`` in ``rest`` more sweeps do not count;
    with a negative ``rest`` all do.
    """
    lanes = p.shape[1]
    worst, left = np.zeros(lanes), 0.0
    for i in range(p.shape[0]):
        for z in range(lanes):
            p[i, z] += new[i, z]
            terms[i, z] += abs(new[i, z]) * (gain[i, z] if sweep > 1 else 1.0)
            worst[z] = max(worst[z], abs(new[i, z]) / (abs(p[i, z]) + TINY))
    for z in range(lanes):
        ratio = worst[z] / (change[0, z] + TINY)
        decay, least = max(ratio, change[1, z]), min(ratio, change[1, z])
        change[2, z] = worst[z] * decay / (1.0 - decay) if decay < 1.0 else np.inf
        change[0, z], change[1, z] = worst[z], ratio
        if rest < 0 or worst[z] * least**rest <= tolerance:
            left = max(left, change[2, z])
    return left
