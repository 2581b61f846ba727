"""The closed forms of the polaron frame as papers print them: with sums over all phonons.

`Printed` has the letters, what each stands for, and the forms in them.  They are SymPy expressions;
`analytic.mirrors.phonons` has their numbers.
"""

from __future__ import annotations

import sympy as sp

from analytic.mirrors.mirror import Mirror
from analytic.mirrors.phonons import Read, amplitude, norm, population
from analytic.rational.naming import free_name
from systems import Model

Sums = dict[sp.Expr, tuple[int, Read, int]]  # photons, how they are read, least phonons


class Printed:
    """Letters that no symbol of the model has, and the forms in them.

    ``eta``, the overlaps ``D(k, m, x) = <k|D(x)|m>``, complex energies ``E[n, m]`` and amplitudes
    ``C[n, m]`` of n photons and m phonons of the mirror that these displace.  A thermal mirror
    starts from p phonons with the weight ``w[p]``, and has amplitudes ``C[n, m, p]``.

    >>> from systems.library import optomechanics
    >>> printed = Printed(optomechanics.MODEL, Mirror(optomechanics.MODEL))
    >>> printed.moment(1)
    Sum(Abs(C[1, m])**2, (m, 0, oo))
    """

    def __init__(self, model: Model, parts: Mirror) -> None:
        self.parts, used = parts, set(map(str, model.parameters))
        self.n, self.m, self.k, self.p = (free_name(x, used) for x in "nmkp")
        self.eta, self.x = free_name("eta", used), free_name("x", used)
        self.D = sp.Function(str(free_name("D", used)))
        self.E, self.C, self.w = (sp.IndexedBase(free_name(x, used)) for x in "ECw")
        self.warm = parts.n_th != 0
        self._sums: Sums = {}

    @property
    def definitions(self) -> dict[sp.Expr, sp.Expr]:
        """What each letter stands for, in those before it.

        >>> from systems.library import optomechanics
        >>> known = Printed(optomechanics.MODEL, Mirror(optomechanics.MODEL)).definitions
        >>> print(*known)
        eta D(k, m, x) E[n, m] C[0, m] C[n, m]
        """
        n, m, k, p, x, D = self.n, self.m, self.k, self.p, self.x, self.D
        laguerre = sp.assoc_laguerre(m, k - m, x**2)
        root = sp.sqrt(sp.factorial(m) / sp.factorial(k))
        below = sp.Sum(D(m, k, self.eta) * self._C(n - 1, k), (k, 0, sp.oo))
        counted = m - p if self.warm else m
        weight, n_th = {}, self.parts.n_th
        if self.warm:
            weight = {self.w[p]: n_th**p / (1 + n_th) ** (p + 1)}
        return {
            self.eta: self.parts.eta,
            D(k, m, x): root * x ** (k - m) * sp.exp(-(x**2) / 2) * laguerre,
            self.E[n, m]: self.parts.energy(n, m),
            **weight,
            self._C(0, m): sp.KroneckerDelta(m, p if self.warm else 0),
            self._C(n, m): -sp.sqrt(n) * self.parts.drive * below / self.E[n, counted],
        }

    def moment(self, order: int) -> sp.Expr:
        """``<a'^k a^k>``, k = ``order``."""
        modulus = sp.Abs(self._C(order, self.m)) ** 2
        found = sp.Sum(*self._over_starts(modulus, (self.m, 0, sp.oo)))
        self._sums[found] = (*norm(order), 0)
        return sp.factorial(order) * found

    def amplitude(self, photons: int, phonons: int) -> sp.Expr:
        """``sum_k <m|D(-n eta)|k> C[n, k]``, of a cold mirror."""
        found = self._at_rest(photons, phonons)
        self._sums[found] = (*amplitude(photons, phonons), phonons)
        return found

    def probability(self, photons: int, phonons: int) -> sp.Expr:
        """Of n photons, and m phonons of the mirror at rest."""
        if not self.warm:
            return sp.Abs(self.amplitude(photons, phonons), evaluate=False) ** 2
        modulus = sp.Abs(self._at_rest(photons, phonons), evaluate=False) ** 2
        found = sp.Sum(*self._over_starts(modulus))
        self._sums[found] = (*population(photons, phonons), phonons)
        return found

    def sums(self, expression: sp.Expr) -> Sums:
        """Which of the sums that were asked for stand in an expression."""
        inside = set(sp.preorder_traversal(expression))
        return {found: what for found, what in self._sums.items() if found in inside}

    def _at_rest(self, photons: int, phonons: int) -> sp.Expr:
        overlap = self.D(phonons, self.k, -photons * self.eta)
        return sp.Sum(overlap * self._C(photons, self.k), (self.k, 0, sp.oo))

    def _over_starts(self, term: sp.Expr, *limits: sp.Tuple) -> tuple[sp.Expr, ...]:
        """The arguments of a sum, over the mirror's thermal weights as well."""
        if not self.warm:
            return term, *limits
        return self.w[self.p] * term, *limits, (self.p, 0, sp.oo)

    def _C(self, photons: sp.Expr, phonons: sp.Expr) -> sp.Expr:
        return self.C[photons, phonons, self.p] if self.warm else self.C[photons, phonons]
