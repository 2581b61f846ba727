"""Compiled sweeps over the grades; the derivation stands in `numeric.solvers.graded.sweeps`.

Some dozens of points travel together, side by side in the last index of every array
(`numeric.solvers.graded.lanes`); a `Vector` of them, from lane ``z`` on, is one number here
(`numeric.solvers.graded.vectors`).  Which numbers enter a sum is the same for all points
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
    load_points,
    nothing,
    total,
    zeros,
)
from numeric.solvers.graded.program import BlockSystem, Elimination, Program, Result, Sums
from numeric.solvers.graded.vectors import WIDTH, larger, load, size, spread, store

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
    pure: bool,
    tolerance: float,
    limit: int,
    result: Result,
) -> None:
    """Sweep until the estimated remainder of the populations is below ``tolerance``.

    ``factors`` (coefficient, point) are the coefficients that `Sums` refers to.  With ``pure``
    the leading order is psi psi', otherwise it is the first sweep from the vacuum.  `WIDTH`
    points travel together; they are swept until the slowest of them is done, or ``limit`` sweeps
    are made.  Nothing is returned: ``result`` is filled, also at points that do not converge, whose
    ``remainder`` tells so.
    """
    states, elements, lanes = len(program.views.group) - 1, len(program.left), WIDTH
    # one more unknown than there are: it stays zero, for sums without terms
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
        load_points(factors, start, *f)
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
        finish(p, terms, change[2], sweep, start, result)


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
                for z in range(0, x[0].shape[1], WIDTH):
                    store(off[0, e] * load(x[0], e, z), x[0], e, z)
                    store(off[1, e] * load(x[1], e, z), x[1], e, z)
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
def finish(p: Any, terms: Any, remainder: Any, sweep: int, start: int, result: Result) -> None:
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
    weights, sizes, moved = np.abs(sums.real), zeros(*f_re.shape), shift.reshape(1, lanes)
    add_size(f_re, sizes)
    add_size(f_im, sizes)
    if len(lu.place) < lu.size:
        fill(a_re, 0.0)
        fill(a_im, 0.0)
    for k in range(len(lu.place)):
        e, first, last = lu.place[k], sums.term[k], sums.term[k + 1]
        for z in range(0, lanes, WIDTH):
            re = combine(sums.source, sums.real, first, last, f_re, z)
            im = combine(sums.source, sums.imag, first, last, f_im, z)
            if e < unknowns:
                re += load(moved, 0, z)
                if loss.shape[0] > 0:
                    # entries weigh both parts alike
                    store(combine(sums.source, weights, first, last, sizes, z), loss, e, z)
            store(re, a_re, e, z)
            store(im, a_im, e, z)
    for t in range(begin, unknowns):
        e, begun = lu.unknown[t], lu.target_start[t]
        lower, upper = lu.lower[t], lu.upper[t]
        below = lu.lower_start[t + 1] - lu.lower_start[t]
        after = lu.upper_start[t + 1] - lu.upper_start[t]
        for z in range(0, lanes, WIDTH):
            u, v, target = load(a_re, e, z), load(a_im, e, z), begun
            n = 1.0 / (u * u + v * v)
            u, v = n * u, -1.0 * (n * v)
            store(u, a_re, e, z)
            store(v, a_im, e, z)
            if loss.shape[0] > 0:
                store(load(loss, e, z) * (size(u) + size(v)), loss, e, z)
            for i in range(below):
                r, s = load(a_re, lower + i, z), load(a_im, lower + i, z)
                l_re, l_im = u * r - v * s, u * s + v * r
                # of a symmetric matrix one half
                for j in range(after if lower != upper else i + 1):
                    r, s = load(a_re, upper + j, z), load(a_im, upper + j, z)
                    subtract(
                        l_re * r - l_im * s, l_re * s + l_im * r, a_re, a_im, lu.target[target], z
                    )
                    target += 1
                if lower != upper:
                    store(l_re, a_re, lower + i, z)
                    store(l_im, a_im, lower + i, z)
            for j in range(after):
                r, s = load(a_re, upper + j, z), load(a_im, upper + j, z)
                store(u * r - v * s, a_re, upper + j, z)
                store(u * s + v * r, a_im, upper + j, z)


@njit(**INNER, inline="always")
def subtract(re, im, x_re, x_im, e, z):  # type: ignore[no-untyped-def]
    """Take re + i im from number e of x."""
    store(load(x_re, e, z) - re, x_re, e, z)
    store(load(x_im, e, z) - im, x_im, e, z)


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
    for b in range(begin, len(system.block) - 1):
        first, last = system.block[b], system.block[b + 1]
        coupled = (
            lu.lower_start[first] < lu.lower_start[last]
            or lu.upper_start[first] < lu.upper_start[last]
        )
        for z in range(0, lanes, WIDTH):
            for e in range(first, last):
                re, im = total(system.sums, e, f_re, f_im, x_re, x_im, z)
                if source[0].shape[0] > 0:
                    re += load(source[0], e, z)
                    im += load(source[1], e, z)
                if coupled:
                    if wrong:
                        re, im = off[0, e] * re, off[1, e] * im
                else:
                    r, s = load(a_re, e, z), load(a_im, e, z)
                    re, im = r * re - s * im, r * im + s * re
                    if wrong:
                        re, im = disturbed(off, loss, e, z, re, im)
                store(re, x_re, e, z)
                store(im, x_im, e, z)
            if coupled:
                substitute(lu, first, last, off, loss, a_re, a_im, x_re, x_im, z)


@njit(**INNER, inline="always")
def disturbed(off, loss, e, z, re, im):  # type: ignore[no-untyped-def]
    """Solution e as wrong as its pivot."""
    amount = (spread(1.0) + load(loss, e, z)) * (size(re) + size(im))
    return re + (off[0, e] - 1.0) * amount, im + (off[1, e] - 1.0) * amount


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
    z: int,
) -> None:
    """Solve one block in place, down and back, for the lanes from ``z`` on.

    Factors that are wrong entry by entry are those of a matrix that is wrong by as much as the
    rounding of the elimination makes it, |L||U|: N. J. Higham, "Accuracy and Stability of
    Numerical Algorithms" (SIAM, 2002), Theorem 9.3.
    """
    wrong = off.shape[1] > 0
    for t in range(first, last):
        e, shift = lu.unknown[t], lu.lower[t] - lu.lower_start[t]
        u, v = load(x_re, e, z), load(x_im, e, z)
        for i in range(lu.lower_start[t], lu.lower_start[t + 1]):
            r, s = load(a_re, shift + i, z), load(a_im, shift + i, z)
            if wrong:
                r, s = off[0, shift + i] * r, off[1, shift + i] * s
            subtract(r * u - s * v, r * v + s * u, x_re, x_im, lu.below[i], z)
    # the same entries of a symmetric matrix are rounded another time
    other = len(lu.below)
    for t in range(last - 1, first - 1, -1):
        e, shift = lu.unknown[t], lu.upper[t] - lu.upper_start[t]
        re, im = load(x_re, e, z), load(x_im, e, z)
        r, s = load(a_re, e, z), load(a_im, e, z)
        re, im = r * re - s * im, r * im + s * re
        if wrong:  # also where it cancels with what follows
            re, im = off[0, e] * re, off[1, e] * im
        for j in range(lu.upper_start[t], lu.upper_start[t + 1]):
            r, s = load(a_re, shift + j, z), load(a_im, shift + j, z)
            if wrong:
                r, s = off[0, other + shift + j] * r, off[1, other + shift + j] * s
            u, v = load(x_re, lu.after[j], z), load(x_im, lu.after[j], z)
            re -= r * u - s * v
            im -= r * v + s * u
        if wrong:
            re, im = disturbed(off, loss, e, z, re, im)
        store(re, x_re, e, z)
        store(im, x_im, e, z)


@njit(**INNER)
def outer(program: Program, y_re: Any, y_im: Any, x_re: Any, x_im: Any) -> None:
    """X = psi psi', element by element: x_e = y_i y_j* with i = left[e] and j = right[e]."""
    for e in range(len(program.left)):
        i, j = program.left[e], program.right[e]
        for z in range(0, x_re.shape[1], WIDTH):
            r, s, u, v = load(y_re, i, z), load(y_im, i, z), load(y_re, j, z), load(y_im, j, z)
            store(r * u + s * v, x_re, e, z)
            store(s * u - r * v, x_im, e, z)


@njit(**INNER)
def square(views: Sums, y_re: Any, y_im: Any, p: Any) -> None:
    """Populations |psi|^2 of the Fock states: squared last, so that small ones stay exact."""
    for i in range(p.shape[0]):
        for z in range(0, p.shape[1], WIDTH):
            re = combine(views.source, views.real, views.term[i], views.term[i + 1], y_re, z)
            im = combine(views.source, views.real, views.term[i], views.term[i + 1], y_im, z)
            store(re * re + im * im, p, i, z)


@njit(**INNER)
def count(counts: Sums, x_re: Any, p: Any) -> None:
    """Populations of the Fock states, sums of the real parts of elements."""
    for i in range(p.shape[0]):
        for z in range(0, p.shape[1], WIDTH):
            first, last = counts.term[i], counts.term[i + 1]
            store(combine(counts.source, counts.real, first, last, x_re, z), p, i, z)


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
    lanes, left = p.shape[1], 0.0
    worst = np.zeros((1, lanes))
    for z in range(0, lanes, WIDTH):
        largest = spread(0.0)
        for i in range(p.shape[0]):
            added = size(load(new, i, z))
            whole = load(p, i, z) + load(new, i, z)
            store(whole, p, i, z)
            largest = larger(largest, added / (spread(TINY) + size(whole)))
            if sweep > 1:
                added = added * load(gain, i, z)
            store(load(terms, i, z) + added, terms, i, z)
        store(largest, worst, 0, z)
    for z in range(lanes):
        ratio = worst[0, z] / (change[0, z] + TINY)
        decay, least = max(ratio, change[1, z]), min(ratio, change[1, z])
        change[2, z] = worst[0, z] * decay / (1.0 - decay) if decay < 1.0 else np.inf
        change[0, z], change[1, z] = worst[0, z], ratio
        if rest < 0 or worst[0, z] * least**rest <= tolerance:
            left = max(left, change[2, z])
    return left
