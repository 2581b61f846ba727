"""A Kerr mode with a coherent and a parametric drive: pairs that cancel pairs.

    H = Delta a'a + chi a'a'aa + xi (a' + a) + G a'a' + conj(G) aa,    losses gamma D[a].

The parametric drive brings two photons at once.  With G of the size of xi^2 this path is as
strong as that of two photons one by one, and destroys it at G = xi^2/(Delta - i gamma/2) for any
chi, zero included: B. Sarma and A. K. Sarma, Phys. Rev. A 96, 053827 (2017).  Without
nonlinearity the light is a displaced squeezed state: M.-A. Lemonde, N. Didier and A. A. Clerk,
Phys. Rev. A 90, 063824 (2014).  `PUBLISHED` follows from the coupled equations of the amplitudes of
one and two photons; the equations of the two papers were not checked.

Symbols (rates in one unit): Delta detuning, chi Kerr shift per pair of photons, gamma energy loss,
xi coherent drive, G complex two-photon drive, which counts as of second order in xi.

>>> from analytic import derive
>>> derive(MODEL).blockade_conditions("a", G)[0].values[G]
2*xi**2/(2*Delta - I*gamma)
"""

import sympy as sp
from sympy import Abs, I, conjugate, sqrt
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from systems.loss import Loss
from systems.model import Model

Delta, chi = sp.symbols("Delta chi", real=True)
gamma, xi = sp.symbols("gamma xi", positive=True)
G = sp.Symbol("G", complex=True)
a = BosonOp("a")

MODEL = Model(
    name="Kerr mode with parametric drive",
    hamiltonian=Delta * Dagger(a) * a
    + chi * Dagger(a) ** 2 * a**2
    + xi * (Dagger(a) + a)
    + G * Dagger(a) ** 2
    + conjugate(G) * a**2,
    losses=(Loss(gamma, a),),
    drive=xi,
    orders={G: 2},
)

E = sp.Symbol("E")
ABBREVIATIONS = {E: Delta - I * gamma / 2}
PUBLISHED = {
    "number": xi**2 / Abs(E) ** 2,
    "C2": (xi**2 / E - G) / (sqrt(2) * (E + chi)),
    "g2": Abs(E * (xi**2 - E * G) / (xi**2 * (E + chi))) ** 2,
}
CONDITIONS = {"no two photons": {G: xi**2 / (Delta - I * gamma / 2)}}
VALUES = {"Delta": 0.0, "chi": 0.1, "gamma": 1.0, "xi": 0.01, "G": 2e-4j}
