"""The master equation on the cut space, as a sum of constant matrices with scalar coefficients.

    d rho/dt = L rho = -i (K rho - rho K') + sum_k rate_k L_k rho L_k',
    K = H - (i/2) sum_k rate_k L_k' L_k        (evolution between two quantum jumps)

(the Lindblad equation: H.-P. Breuer and F. Petruccione, "The Theory of Open Quantum Systems",
Sec. 3.2; split into K and jumps as by H. J. Carmichael, "Statistical Methods in Quantum
Optics 2", on quantum trajectories).  Every normal-ordered word of H and every pair of words of a
jump operator is one constant sparse matrix; the values of the parameters only enter the
coefficients.  Density matrices are flattened row by row: A rho B becomes kron(A, B^T).

H and the L_k are projected onto the cut space first and multiplied afterwards, so that the cut
equation is again of Lindblad form: trace one and positive, whatever the cut.  For jumps that
lower the number of quanta the order makes no difference.

The words and their coefficients are those of `numeric.lindblad.processes`.  Two artefacts are left
out: the rounding of elements in which several words cancel (`numeric.lindblad.combination`), and
states that the cut alone leaves without a way to the vacuum (`numeric.lindblad.space.stranded`).
Left in, such a state is a second steady state, or a trap, that the untruncated equation does not
have.
"""

from copy import copy
from functools import cached_property, lru_cache

import numpy as np
from scipy.sparse import csc_array, csr_array, diags_array, identity, kron
from scipy.sparse.csgraph import breadth_first_order, connected_components

from numeric.lindblad.combination import Combination, cancelling, merge
from numeric.lindblad.processes import Processes
from numeric.lindblad.scaling import Scaled, scale, scaled, weights
from numeric.lindblad.sector import between, groups
from numeric.lindblad.space import Cut, space, stranded
from systems import Model
from systems.values import Arrays

# Unknowns up to which patterns of the sums are kept, for one point and for many.  With 24,000 and
# with 96,000 unknowns they take as long to find as one and a half points take without them, and a
# point takes a fifth of that with them; beyond that they take a gigabyte
PATTERNED, PATTERNED_MANY = 10_000, 100_000


class Liouvillian(Processes):
    """The parts of L for one model and one cut; ``coefficients`` and ``matrix`` assemble it.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> equation = liouvillian(kerr.MODEL, 2)
    >>> L = equation.matrix(equation.coefficients(arrays)[0])
    >>> trace = np.eye(3).ravel()
    >>> L.shape, bool(np.all(abs(trace @ L) < 1e-12 * abs(L).max()))  # L keeps the trace
    ((9, 9), True)
    """

    def __init__(self, model: Model, cut: Cut) -> None:
        super().__init__(model)
        self.space = space(model.modes, cut)
        word, effective = self.space.word, [self.space.word(hop) for _, hop in self._hops]
        jumps: list[csr_array | None] = [None] * len(effective)
        for A, B in ((word(left), word(right)) for left, right in self.pairs):
            effective.append(-0.5j * (B.conj().T @ A))
            jumps.append(kron(A, B.conj()))
        self.expressions, self._parts = merge(self.expressions, effective)
        self._jumps = jumps + [None] * (len(self._parts) - len(jumps))
        self._stranded: dict[bytes, np.ndarray] = {}
        self._most = PATTERNED

    @property
    def is_large(self) -> bool:
        """Whether matrices are summed for each point anew, and not on patterns that are kept."""
        return self.space.size**2 > self._most

    @cached_property
    def for_many(self) -> "Liouvillian":
        """The same for three points and more, for which the patterns of larger sums pay.

        >>> from systems.library import kerr_dimer
        >>> equation = liouvillian(kerr_dimer.MODEL, 14)  # 120 states
        >>> equation.is_large, equation.for_many.is_large
        (True, False)
        """
        other = copy(self)
        other._most = PATTERNED_MANY
        return other

    @cached_property
    def _effective(self) -> np.ndarray:
        """The parts of K, shape (parts, states, states)."""
        return np.array([part.toarray() for part in self._parts])

    @cached_property
    def _jump(self) -> "Combination":
        nothing = csr_array((self.space.size**2,) * 2, dtype=complex)
        return Combination([nothing if part is None else part for part in self._jumps])

    @cached_property
    def total(self) -> "Combination":
        """L, from the coefficients of K, their conjugates, and those of the jumps."""
        one = identity(self.space.size)
        # K multiplies from the left with its coefficient, K' from the right with its conjugate
        left = [-1j * kron(part, one) for part in self._parts]
        right = [1j * kron(one, part.conj()) for part in self._parts]
        return Combination([*left, *right, *self._jump.parts])

    def _summed(self, c: np.ndarray, sizes: bool = False) -> tuple[csr_array, csr_array]:
        """K and what the jumps make; or (``sizes``) sums of the absolute values of their terms."""
        x, size = (abs(c), abs) if sizes else (c, csr_array)
        K = csr_array(self._parts[0].shape, dtype=complex)
        J = csr_array((self.space.size**2,) * 2, dtype=complex)
        for factor, part, jump in zip(x, self._parts, self._jumps, strict=True):
            if factor:
                K = K + factor * size(part)
                J = J if jump is None else J + factor * size(csr_array(jump))
        return K, J

    @property
    def jump_parts(self) -> list[csc_array]:
        """Those of what the jumps make of rho, flattened; shapes (states^2, states^2)."""
        return [csc_array(part) for part in self._jump.parts]

    @property
    def effective_parts(self) -> np.ndarray:
        """The constant matrices of which K is the sum, shape (parts, states, states)."""
        return self._effective

    def rows(self, arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
        """`coefficients`, and the scale of the density matrix (`scaling`), per point.

        >>> from systems.library import kerr
        >>> from systems.values import read_values
        >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
        >>> equation = liouvillian(kerr.MODEL, 2)
        >>> c, s = equation.rows(arrays)
        >>> c.shape[0], s.shape
        (1, (1,))
        """
        return self.coefficients(arrays), scale(self.model, arrays)

    def scaled(self, c: np.ndarray, s: float) -> Scaled:
        """One point in scaled variables, for one row of coefficients and its scale.

        rho_ij = s^(g_i + g_j) sigma_ij; the generator is divided by the largest coefficient, so
        that nothing depends on the unit of the rates.

        >>> from systems.library import kerr
        >>> from systems.values import read_values
        >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
        >>> equation = liouvillian(kerr.MODEL, 2)
        >>> c = equation.coefficients(arrays)[0]
        >>> point = equation.scaled(c, 0.1)
        >>> point.shrink
        array([1.  , 0.1 , 0.01])
        """
        s, grades = float(s), self.space.occupations @ weights(self.model)
        pairs, c = np.add.outer(grades, grades).ravel(), c / (np.max(abs(c)) or 1.0)
        L = self.matrix(c)
        parts = L, self.jump(c), self.terms(c, L), csc_array(self.effective(c))
        L, jump, terms, K = (
            scaled(m, s, g) for m, g in zip(parts, (pairs, pairs, pairs, grades), strict=True)
        )
        return Scaled(L, jump, K.toarray(), terms, self.diagonal_terms(c), s, grades)

    def rescaled(self, c: np.ndarray, s: float) -> Scaled:
        """The same, its scale raised until no scaled amplitude exceeds one.

        The estimate of `scaling.scale` is too small for a mode whose own loss is small:
        it divides by the largest loss of all.  A larger s is as exact, only less well
        conditioned.

        >>> from systems.library import kerr
        >>> from systems.values import read_values
        >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
        >>> equation = liouvillian(kerr.MODEL, 2)
        >>> c = equation.coefficients(arrays)[0]
        >>> bool(equation.rescaled(c, 1e-6).excess <= 1 + 1e-12)
        True
        """
        point = self.scaled(c, s)
        excess = point.excess
        return point if excess <= 1 else point.with_scale(min(1.0, s * excess))

    def effective(self, c: np.ndarray) -> np.ndarray:
        """K for each row of coefficients, shape (..., states, states), in the unit of the rates.

        >>> from systems.library import kerr
        >>> from systems.values import read_values
        >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
        >>> equation = liouvillian(kerr.MODEL, 2)  # chi = 5 gamma: two quanta cost 2 chi
        >>> equation.effective(equation.coefficients(arrays))[0].diagonal()
        array([ 0.+0.j ,  0.-0.5j, 10.-1.j ])
        """
        if self.is_large:
            rows = [self._summed(row)[0].toarray() for row in c.reshape(-1, c.shape[-1])]
            K = np.reshape(rows, (*c.shape[:-1], *rows[0].shape))
        else:
            K = np.tensordot(c, self._effective, axes=1)
        for index in np.ndindex(c.shape[:-1]):
            if (lost := self.stranded(c[index])).any():
                K[index][lost] = K[index][:, lost] = 0
                K[index][lost, lost] = -0.5j * np.max(abs(c[index]))
        return K

    def matrix(self, c: np.ndarray) -> csc_array:
        """L for one row of coefficients, shape (states^2, states^2), in the unit of the rates.

        >>> from systems.library import kerr
        >>> from systems.values import read_values
        >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
        >>> equation = liouvillian(kerr.MODEL, 2)
        >>> c = equation.coefficients(arrays)[0]
        >>> equation.matrix(c).shape
        (9, 9)
        """
        L, lost = self._sum(c), self._lost_pairs(c)
        if lost is None:
            return L
        return csc_array(_without(L, lost) - np.max(abs(c)) * diags_array(lost.astype(float)))

    def _sum(self, c: np.ndarray) -> csc_array:
        if not self.is_large:
            return self.total(np.concatenate([c, c.conj(), c]))
        (K, J), one = self._summed(c), identity(self.space.size)
        return csc_array(-1j * kron(K, one) + 1j * kron(one, K.conj()) + J)

    def written(self, c: np.ndarray) -> tuple[np.ndarray, csc_array, csc_array]:
        """K, L and its jumps as they are written down, for one row of coefficients.

        In contrast to `effective`, `matrix` and `jump` states that only the cut keeps from decaying
        stay: what an evolution has put there is there.

        >>> from systems.library import kerr
        >>> from systems.values import read_values
        >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
        >>> equation = liouvillian(kerr.MODEL, 2)
        >>> [part.shape for part in equation.written(equation.coefficients(arrays)[0])]
        [(3, 3), (9, 9), (9, 9)]
        """
        if self.is_large:
            (K, J), one = self._summed(c), identity(self.space.size)
            return K.toarray(), csc_array(-1j * kron(K, one) + 1j * kron(one, K.conj()) + J), J
        jump = self.total(np.concatenate([0 * c, 0 * c, c]))
        return np.tensordot(c, self._effective, axes=1), self._sum(c), jump

    def jump(self, c: np.ndarray) -> csc_array:
        """The part of L that the quantum jumps make, for one row of coefficients.

        The rest of L is the evolution with K; the two do not keep the trace each on its own.

        >>> from systems.library import kerr
        >>> from systems.values import read_values
        >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
        >>> equation = liouvillian(kerr.MODEL, 2)
        >>> c = equation.coefficients(arrays)[0]
        >>> float(equation.jump(c).toarray()[0, 4].real)  # rho_11 feeds rho_00 at the rate gamma
        1.0
        """
        lost = self._lost_pairs(c)
        matrix = csc_array(self._summed(c)[1]) if self.is_large else self._jump(c)
        return matrix if lost is None else _without(matrix, lost)

    def terms(self, c: np.ndarray, L: csc_array | None = None) -> csc_array:
        """How large the terms are whose sums, with cancellation, are the elements of L.

        The rounding of an element is that of its terms: solvers take the error of a state from
        this.  ``L`` is the sum, where it is known already.

        >>> from systems.library import kerr
        >>> from systems.values import read_values
        >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
        >>> equation = liouvillian(kerr.MODEL, 2)
        >>> c = equation.coefficients(arrays)[0]
        >>> terms = equation.terms(c).toarray()
        >>> bool(np.all(terms.diagonal() >= abs(equation.matrix(c).diagonal()) - 1e-12))
        True
        """
        if not self.is_large:
            return self.total.terms(np.concatenate([c, c.conj(), c]))
        (K, J), one = self._summed(c, sizes=True), identity(self.space.size)
        sizes = csc_array(kron(K, one) + kron(one, K) + J)
        return cancelling(sizes, self._sum(c) if L is None else L)

    def diagonal_terms(self, c: np.ndarray) -> np.ndarray:
        """The same for the diagonal of K; `merge` leaves no other sums there.

        >>> from systems.library import kerr
        >>> from systems.values import read_values
        >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
        >>> equation = liouvillian(kerr.MODEL, 2)
        >>> c = equation.coefficients(arrays)[0]
        >>> diagonal = equation.effective(c).diagonal()
        >>> bool(np.all(equation.diagonal_terms(c) >= abs(diagonal) - 1e-12))
        True
        """
        return np.asarray(abs(c) @ np.array([abs(part.diagonal()) for part in self._parts]))

    def stranded(self, c: np.ndarray) -> np.ndarray:
        """Mask of the states that only the cut keeps from decaying, shape (states,).

        They are left out: nothing leads to them, and they decay at a rate of their own.

        >>> from systems.library import kerr
        >>> from systems.values import read_values
        >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
        >>> equation = liouvillian(kerr.MODEL, 2)
        >>> c = equation.coefficients(arrays)[0]
        >>> equation.stranded(c)  # a lossy mode always finds its way down
        array([False, False, False])
        """
        present = c != 0
        if present.tobytes() not in self._stranded:
            hops = [word for k, word in self._hops if present[k]]
            jumps = [[word for k, word in step if present[k]] for step in self._steps]
            found = stranded(self.model, self.space.cut, hops, jumps)
            self._stranded[present.tobytes()] = found
        return self._stranded[present.tobytes()]

    def losses(self, c: np.ndarray) -> list[csc_array]:
        """The jump operators sqrt(rate) L at one point, up to phases, in the unit of `scaled`.

        The coefficients of a loss are those of pairs of its words, rate x_i conj(x_j).

        >>> from systems.library import kerr
        >>> from systems.values import read_values
        >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
        >>> equation = liouvillian(kerr.MODEL, 2)
        >>> c = equation.coefficients(arrays)[0]
        >>> (L,) = equation.losses(c)
        >>> (L.toarray() * np.sqrt(np.max(abs(c)))).real.round(6)  # a, with a rate of one
        array([[0.      , 1.      , 0.      ],
               [0.      , 0.      , 1.414214],
               [0.      , 0.      , 0.      ]])
        """
        _, jumps = self.summands(c / (np.max(abs(c)) or 1.0))
        some = [[x * self.space.word(word) for x, word in jump] for jump in jumps]
        return [csc_array(sum(terms)) for terms in some]

    def groups(self, c: np.ndarray) -> list[np.ndarray]:
        """The states that K joins, group by group, the vacuum's first; one group where all may be.

        What lies between two groups is zero by a symmetry (`numeric.lindblad.sector`).

        >>> from systems.library import parametric_kerr
        >>> values = {**parametric_kerr.VALUES, "xi": 0.0}
        >>> equation = liouvillian(parametric_kerr.MODEL, 2)
        >>> c = equation.coefficients({name: np.array([x]) for name, x in values.items()})[0]
        >>> equation.groups(c)  # even and odd
        [array([0, 2]), array([1])]
        """
        if not self.is_unique(c):
            return [np.arange(self.space.size)]
        return groups(self.effective(c), self.losses(c))

    def sector(self, c: np.ndarray) -> np.ndarray | None:
        """The unknowns that are not zero by a symmetry, group by group; None where all may be.

        >>> from systems.library import parametric_kerr
        >>> values = {**parametric_kerr.VALUES, "xi": 0.0}
        >>> equation = liouvillian(parametric_kerr.MODEL, 2)
        >>> c = equation.coefficients({name: np.array([x]) for name, x in values.items()})[0]
        >>> equation.sector(c)  # 00, 02, 20, 22 and 11
        array([0, 2, 6, 8, 4])
        """
        parts = self.groups(c)
        return between(parts, self.space.size) if len(parts) > 1 else None

    def filled(self, c: np.ndarray) -> np.ndarray:
        """Mask of the states that the vacuum leads to within the cut, for one row of coefficients.

        None of their populations is exactly zero, unless paths cancel: a zero there is too small
        for floats.

        >>> from systems.library import kerr_dimer
        >>> from systems.values import read_values
        >>> values = {**kerr_dimer.VALUES, "J": 0.0}  # the second mode is not driven
        >>> arrays = {n: v[None] for n, v in read_values(kerr_dimer.MODEL, values).items()}
        >>> equation = liouvillian(kerr_dimer.MODEL, 2)
        >>> equation.space.occupations[equation.filled(equation.coefficients(arrays)[0])].tolist()
        [[0, 0], [1, 0], [2, 0]]
        """
        vacuum = self.space.position((0,) * len(self.model.modes))
        found = breadth_first_order(self._led(c).T, vacuum, return_predecessors=False)
        return np.isin(np.arange(self.space.size), found)

    def parted(self, c: np.ndarray) -> bool:
        """Whether two sets of states are never left, for one row of coefficients.

        Each has a steady state of its own, as every occupation of a mode that only dephases: a
        solver that starts from the vacuum finds one of them.  What only the cut holds (`stranded`)
        is no such set.

        >>> from sympy.physics.quantum import Dagger
        >>> from sympy.physics.quantum.boson import BosonOp
        >>> from systems import Loss
        >>> a = BosonOp("a")
        >>> for jump in (a, Dagger(a) * a):
        ...     equation = liouvillian(Model("one loss", 0, (Loss(1, jump),)), 2)
        ...     equation.parted(np.ones(len(equation.expressions)))
        False
        True
        """
        steps = self._led(c).tocoo()
        count, part = connected_components(steps, connection="strong")
        left = part[steps.coords[1]][part[steps.coords[0]] != part[steps.coords[1]]]
        closed = np.setdiff1d(np.arange(count), left)
        return len(np.setdiff1d(closed, part[self.stranded(c)])) > 1

    def _led(self, c: np.ndarray) -> csr_array:
        """Steps between states that K or a jump makes, [to, from]."""
        steps = csr_array((self.space.size,) * 2)
        for k in np.flatnonzero(c):
            steps = steps + abs(self._parts[k])
        for word in (word for step in self._steps for k, word in step if c[k]):
            steps = steps + abs(self.space.word(word))
        return steps

    def _lost_pairs(self, c: np.ndarray) -> np.ndarray | None:
        """Mask of the elements of rho between stranded states, flattened; None without any."""
        lost = self.stranded(c)
        return np.logical_or.outer(lost, lost).ravel() if lost.any() else None


def _without(matrix: csc_array, lost: np.ndarray) -> csc_array:
    """The matrix without the rows and columns ``lost``."""
    keep = diags_array((~lost).astype(float))
    return csc_array(keep @ matrix @ keep)


@lru_cache(maxsize=32)
def liouvillian(model: Model, cut: Cut) -> Liouvillian:
    """The Liouvillian of a model on what a cut keeps, built once.

    The last 32 are kept, so that a search over truncations builds each once for all of its
    points.

    >>> from systems.library import kerr
    >>> liouvillian(kerr.MODEL, 2) is liouvillian(kerr.MODEL, 2)
    True
    """
    return Liouvillian(model, cut)
