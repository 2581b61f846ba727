"""The series of the moments in numbers: the blocks of a hierarchy, for many points at once.

Round-off is measured: a second copy of the moments runs through the same equations, but each term
that feeds them is off by a random amount, fixed once, of 450 times the rounding of a float.  Where
the two copies differ, digits have been lost.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import numpy as np
import sympy as sp
from scipy.sparse import csr_array

from analytic.series.hierarchy import Hierarchy, MomentBlock, Node
from systems.values import Arrays

# Solved at once: at least so many points, at most so many moments.  2^18 complex numbers are 4 MB,
# about what stays in a processor's cache; below 64 points the calls cost more than the arithmetic.
POINTS, SIZE = 64, 2**18
# By this the terms of the second copy are off, relative to them: 450 times the rounding of a float,
# so that what the copies differ by is lost digits and not the accident of one rounding.
SHAKE = 1e-13


class Recursion:
    """A hierarchy turned into index arrays, once, and solved for any values.

    >>> from analytic.series.moments import Moments
    >>> from systems import kerr
    >>> from systems.values import read_values
    >>> recursion = Recursion(Hierarchy(Moments(kerr.MODEL), {((1,), (1,)): 2}))
    >>> moments = recursion.solve(read_values(kerr.MODEL, kerr.VALUES))
    >>> moments.shape  # copies, nodes, points
    (2, 4, 1)
    >>> bool(np.isclose(moments[0, -1, 0].real, 0.1**2 / 0.5**2))  # <a'a> = xi^2/|E|^2
    True
    """

    def __init__(self, hierarchy: Hierarchy) -> None:
        self.hierarchy = hierarchy

    def solve(self, arrays: Arrays) -> np.ndarray:
        """Terms of all moments, powers of the drive included: array (2, nodes, points).

        The second copy differs from the first where digits are lost.

        Work grows with the square of the corrections up to four and nearly the fourth power
        beyond: the nanotip's g2 with 2, 4, 8 takes 0.04, 0.2, 4 ms a point on one core in
        batches, the first call 0.06, 0.3 and 2 s.

        Raises `ValueError` where the undriven system has more than one steady state.

        >>> from analytic.series.moments import Moments
        >>> from systems import kerr
        >>> from systems.values import read_values
        >>> recursion = Recursion(Hierarchy(Moments(kerr.MODEL), {((1,), (1,)): 2}))
        >>> arrays = read_values(kerr.MODEL, kerr.VALUES)
        >>> recursion.solve(arrays)[0, 0]  # <1>
        array([1.+0.j])
        """
        return np.concatenate(list(self.parts(arrays, (0, SHAKE))), axis=2)

    def parts(self, arrays: Arrays, shakes: Sequence[float] = (0,)) -> Iterator[np.ndarray]:
        """The moments of a few points at a time: array (copies, nodes, points), a copy a shake.

        >>> from analytic.series.moments import Moments
        >>> from systems import kerr
        >>> from systems.values import read_values
        >>> recursion = Recursion(Hierarchy(Moments(kerr.MODEL), {((1,), (1,)): 2}))
        >>> arrays = read_values(kerr.MODEL, kerr.VALUES)
        >>> [part.shape for part in recursion.parts(arrays)]  # one copy, four nodes, one point
        [(1, 4, 1)]
        """
        table = self._table(arrays)
        count = max(POINTS, SIZE // len(self.hierarchy.nodes))
        for i in range(0, len(table), count):
            yield self._solve(table[i : i + count], np.array(shakes)).transpose(0, 2, 1)

    def fed(self, arrays: Arrays, points: np.ndarray) -> np.ndarray:
        """Which moments anything feeds at some points: array (nodes, points), of truth values.

        The same equations with numbers of order one for all coefficients that are not zero: what
        is zero of these is zero because nothing feeds it, and not because floats end.

        >>> from analytic.series.moments import Moments
        >>> from systems import kerr
        >>> from systems.values import read_values
        >>> recursion = Recursion(Hierarchy(Moments(kerr.MODEL), {((1,), (1,)): 2}))
        >>> arrays = read_values(kerr.MODEL, kerr.VALUES | {"xi": [0.0, 1e-300]})
        >>> recursion.fed(arrays, np.arange(2))[-1]  # of <a'a>
        array([False,  True])
        """
        table = self._table(arrays)[points]
        generic = np.exp(1j * np.arange(table.shape[1]) ** 2)
        moments = self._solve(np.where(table != 0, generic, 0), np.zeros(1))
        return np.asarray(moments[0].T != 0)

    def _table(self, arrays: Arrays) -> np.ndarray:
        """The coefficients at the values: array (points, coefficients)."""
        columns = self._coefficients(*arrays.values())
        shape = next(iter(arrays.values())).shape
        return np.stack([np.broadcast_to(c, shape).ravel() for c in columns], axis=1) + 0j

    @cached_property
    def _coefficients(self) -> Callable[..., list[np.ndarray]]:
        """The coefficients of the equations as one function of the parameters."""
        moments = self.hierarchy.moments
        return sp.lambdify(moments.model.parameters, list(moments.coefficients), "numpy")

    def _solve(self, coefficients: np.ndarray, shakes: np.ndarray) -> np.ndarray:
        """All moments of a few points, block by block."""
        shape = len(shakes), len(coefficients), len(self.hierarchy.nodes)
        moments = np.empty(shape, complex)
        moments[..., 0] = 1
        for step in self._steps:
            moments[..., step.rows] = step.solve(coefficients, moments, shakes)
        return moments

    @cached_property
    def _steps(self) -> list["_Product | _Equations | _Conjugate"]:
        """What has to be done block by block, with its arrays of positions."""
        random = np.random.default_rng(0)
        steps: list[_Product | _Equations | _Conjugate] = []
        solved: set[Node] = set()
        for block in self.hierarchy.blocks:
            conjugates = solved.issuperset(map(_conjugate, block.nodes))
            kind = _Product if block.pairs else _Conjugate if conjugates else _Equations
            steps.append(kind(block, self.hierarchy, random))
            solved.update(block.nodes)
        return steps


class _Product:
    """Moments that are products of two amplitudes."""

    def __init__(
        self, block: MomentBlock, hierarchy: Hierarchy, random: np.random.Generator
    ) -> None:
        position = hierarchy.nodes
        self.rows = _rows(block, hierarchy)
        self._bra, self._ket = np.array([[position[n] for n in pair] for pair in block.pairs]).T
        self._noise = random.standard_normal(len(block.pairs))

    def solve(self, _: np.ndarray, moments: np.ndarray, shakes: np.ndarray) -> np.ndarray:
        return moments[..., self._bra] * moments[..., self._ket] * _off(shakes, self._noise)


class _Conjugate:
    """Moments whose conjugates are known: ``<a'^q a^p>`` is that of ``<a'^p a^q>``."""

    def __init__(self, block: MomentBlock, hierarchy: Hierarchy, _: np.random.Generator) -> None:
        self.rows = _rows(block, hierarchy)
        self._others = np.array([hierarchy.nodes[_conjugate(node)] for node in block.nodes])

    def solve(self, _: np.ndarray, moments: np.ndarray, __: np.ndarray) -> np.ndarray:
        return moments[..., self._others].conj()


class _Equations:
    """Moments that solve linear equations."""

    def __init__(
        self, block: MomentBlock, hierarchy: Hierarchy, random: np.random.Generator
    ) -> None:
        self.rows, self._names = _rows(block, hierarchy), [str(node[0]) for node in block.nodes]
        size, count = len(block.nodes), len(hierarchy.moments.coefficients)
        rows, columns, letters, factors = np.array(block.inner, dtype=int).reshape(-1, 4).T
        self._inner = csr_array((factors, (letters, rows * size + columns)), (count, size**2))
        outer = [(i, hierarchy.nodes[node], c, factor) for i, node, c, factor in block.outer]
        rows, self._known, self._letters, factors = np.array(outer).T
        self._outer = csr_array((factors, (np.arange(len(outer)), rows)), (len(outer), size))
        self._noise = random.standard_normal(len(outer))

    def solve(
        self, coefficients: np.ndarray, moments: np.ndarray, shakes: np.ndarray
    ) -> np.ndarray:
        terms, size = self._outer.shape
        matrix = (coefficients @ self._inner).reshape(-1, size, size)
        driven = coefficients[:, self._letters] * moments[..., self._known]
        driven = driven * _off(shakes, self._noise)
        source = (driven.reshape(-1, terms) @ self._outer).reshape(*driven.shape[:2], size)
        try:
            return np.linalg.solve(matrix, -source.transpose(1, 2, 0)).transpose(2, 0, 1)
        except np.linalg.LinAlgError:
            raise ValueError(
                "Argument `values` must damp every excitation, but without drive the moments "
                f"{', '.join(self._names)} do not decay (a lossless mode?)."
            ) from None


def _off(shakes: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """By what factors the terms of the copies are off: array (copies, 1, terms)."""
    return 1 + shakes[:, None, None] * noise


def _conjugate(node: Node) -> Node:
    (p, q), power = node
    return (q, p), power


def _rows(block: MomentBlock, hierarchy: Hierarchy) -> np.ndarray:
    return np.array([hierarchy.nodes[node] for node in block.nodes])
