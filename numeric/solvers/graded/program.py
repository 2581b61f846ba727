"""What the compiled sweeps are told, the same for all points, and what they fill.

Which numbers enter a sum, and with which constants, is worked out once for a model and a truncation
(`numeric.solvers.graded.lists`).
"""

from typing import NamedTuple

import numpy as np


class Sums(NamedTuple):
    """Sum s is ``sum_g factor[g] sum_t (real[t] Re + i imag[t] Im) x[source[t]]``.

    The groups g run from ``group[s]`` to ``group[s+1]``, their terms t from ``term[g]`` to
    ``term[g+1]``.  The first group of every sum has factor number 0, which is one.
    """

    group: np.ndarray
    factor: np.ndarray
    term: np.ndarray
    source: np.ndarray
    real: np.ndarray
    imag: np.ndarray


class Elimination(NamedTuple):
    """LU factors, without pivoting, of a matrix with one sparsity pattern for all points.

    Entry e < n is the pivot of unknown e, the others are off-diagonal, in the order in which they
    are used.  Step t eliminates unknown ``unknown[t]``.  It uses the entries from ``lower[t]`` on,
    below the pivot, in the rows of the unknowns ``below``, and those from ``upper[t]`` on, beside
    it, in the columns of the unknowns ``after``; products of a lower and an upper entry are
    subtracted from the entries ``target``.  The lists of step t begin at ``lower_start[t]``,
    ``upper_start[t]`` and ``target_start[t]``.

    Where the matrix is symmetric the lower entries are the upper ones, and one of two products
    that are equal is left out.
    """

    size: int  # number of entries; those that ``entries`` does not reach start as zero
    entries: Sums  # from the factors
    place: np.ndarray  # which entry each of these sums is
    unknown: np.ndarray
    lower_start: np.ndarray
    upper_start: np.ndarray
    target_start: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    below: np.ndarray
    after: np.ndarray
    target: np.ndarray


class BlockSystem(NamedTuple):
    """Unknowns in blocks ``block[b]`` to ``block[b+1]``: matrix times block = sums over others.

    Blocks are in the order in which a sweep solves them, lowest grade first.  ``sums`` has one sum
    for each unknown, over the unknowns of other blocks that feed it.
    """

    block: np.ndarray
    matrix: Elimination
    sums: Sums


class Program(NamedTuple):
    """Element e is ``X[left[e], right[e]]``; element 0 and state 0 are the vacuum.

    It is all that the compiled code knows of a model and a truncation, the same for all points:
    the equations of the ``amplitudes`` at leading order and those of the ``elements``, and what
    populations are made of.
    """

    left: np.ndarray
    right: np.ndarray
    amplitudes: BlockSystem
    elements: BlockSystem
    views: Sums  # amplitude of each Fock state, from amplitudes
    counts: Sums  # population of each Fock state, from elements


class Result(NamedTuple):
    """What `solve` fills; the first index is the point.  The vacuum's population is one.

    Populations are those of the Fock states, in the order of `numeric.lindblad.space.Space`, and
    have to be divided by their sum.
    """

    populations: np.ndarray  # (points, states)
    terms: np.ndarray  # (points, states): sizes of all corrections, see `accumulate`
    probes: np.ndarray  # (points, 2, states): see `probe`
    remainder: np.ndarray  # (points,): see `accumulate`
    sweeps: np.ndarray  # (points,)
    density: np.ndarray  # (points, elements), complex; with no elements it is left out
    series: np.ndarray  # (points, sweeps, states): the corrections one by one; or no sweeps
