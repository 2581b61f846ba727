"""A ring of three Kerr modes that encloses a synthetic flux, one mode driven.

    H = sum_j [Delta a_j'a_j + chi a_j'a_j'a_j a_j + J a_j'a_(j+1) + conj(J) a_(j+1)'a_j]
        + xi (a1' + a1),        losses gamma D[a_j].

The smallest lattice with a loop: only |J| and the phase of J^3 around it matter.  Three
superconducting qubits, which are strongly nonlinear modes, were closed to such a loop by P. Roushan
et al., Nat. Phys. 13, 146 (2017): photons circulate in the sense of the flux.

No published closed form of this ring is known to us.  `PUBLISHED` and `PAIR`, which is C200, follow
from the coupled linear equations by translation symmetry.  One photon: the inverse of the circulant
block E + J S + conj(J) S', S the shift by one site, with the eigenvalues e = E + J w + conj(J w),
w^3 = 1, whose product is D_1.  Two photons meet at one site only, so that each total quasimomentum
scatters by itself.  With e the energy of the photon whose momentum it takes twice, a pair without
chi has the share 1/e^2 + 2 e/D_1, and chi divides it by 1 + chi (E + e)/(e (3 E - e)).

`CONDITIONS`: the two ways from a1 to a2, one hop or two hops the other way round, cancel at
J^2 = E conj(J), where a2 stays dark to leading order; a pair is resonant where a divisor vanishes
without losses.

Symbols (rates in one unit): Delta detuning and chi Kerr shift per pair of photons of each mode, J
complex coupling along the ring, gamma energy loss of each mode, xi drive amplitude of a1.

>>> MODEL.modes
(a1, a2, a3)
"""

import sympy as sp
from sympy import Abs, I, conjugate, sqrt
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from systems.loss import Loss
from systems.model import Model

Delta, chi = sp.symbols("Delta chi", real=True)
gamma, xi = sp.symbols("gamma xi", positive=True)
J = sp.Symbol("J", complex=True)
a1, a2, a3 = ring = BosonOp("a1"), BosonOp("a2"), BosonOp("a3")

hopping = J * (Dagger(a1) * a2 + Dagger(a2) * a3 + Dagger(a3) * a1)
MODEL = Model(
    name="ring of three Kerr modes",
    hamiltonian=sum(Delta * Dagger(a) * a + chi * Dagger(a) ** 2 * a**2 for a in ring)
    + hopping
    + Dagger(hopping)
    + xi * (Dagger(a1) + a1),
    losses=tuple(Loss(gamma, a) for a in ring),
    drive=xi,
)

E, D_1 = sp.symbols("E D_1")
ABBREVIATIONS = {
    E: Delta - I * gamma / 2,
    D_1: E**3 - 3 * E * Abs(J) ** 2 + J**3 + conjugate(J) ** 3,
}
PUBLISHED = {
    "C100": -xi * (E**2 - Abs(J) ** 2) / D_1,
    "C010": -xi * (J**2 - E * conjugate(J)) / D_1,
    "C001": -xi * (conjugate(J) ** 2 - E * J) / D_1,
}
thirds = (sp.S.One, (-1 + sqrt(3) * I) / 2, (-1 - sqrt(3) * I) / 2)
energies = [E + J * w + conjugate(J * w) for w in thirds]
PAIR = xi**2 / (9 * sqrt(2)) * sp.Add(
    *((1 / e**2 + 2 * e / D_1) / (1 + chi * (E + e) / (e * (3 * E - e))) for e in energies)
)  # fmt: skip
CONDITIONS = {
    "one-photon resonance, no flux": {Delta: -2 * J},
    "two-photon resonance, no flux": {chi: -(Delta + 2 * J) * (Delta - J) / (Delta + J)},
    "dark neighbour": {Delta: 0, J: gamma * (sqrt(3) - I) / 4},
}
VALUES = {"Delta": 0.0, "J": 1.0 + 0.5j, "chi": 2.0, "gamma": 1.0, "xi": 0.1}
