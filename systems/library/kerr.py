"""A driven Kerr mode: photons block one another by shifting the resonance.

    H = Delta a'a + chi a'a'aa + xi (a' + a),    losses gamma D[a].

k photons cost Delta + (k - 1) chi each, so a laser tuned to one photon misses two by chi
(A. Imamoglu, H. Schmidt, G. Woods and M. Deutsch, Phys. Rev. Lett. 79, 1467 (1997)), and a laser
tuned to k photons blocks k + 1 (A. Miranowicz, M. Paprzycka, Y.-x. Liu, J. Bajer and F. Nori,
Phys. Rev. A 87, 023809 (2013)).  The steady state is known at any drive: P. D. Drummond and
D. F. Walls, J. Phys. A 13, 725 (1980).  `PUBLISHED` follows from their moments <a'^k a^k>
in the limit of weak drive (the number of their equation was not checked).  Whether n photons block
the next one is judged by `compare.criteria`.

Symbols (rates in one unit): Delta = omega - omega_L detuning of the mode, chi Kerr shift per pair
of photons, gamma energy loss, xi drive amplitude.

>>> from analytic import derive
>>> derive(MODEL).correlation("a", 2, ABBREVIATIONS)
Abs(E)**2/Abs(E + chi)**2
"""

import sympy as sp
from sympy import Abs, I
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from systems.loss import Loss
from systems.model import Model

Delta, chi = sp.symbols("Delta chi", real=True)
gamma, xi = sp.symbols("gamma xi", positive=True)
a = BosonOp("a")

MODEL = Model(
    name="driven Kerr mode",
    hamiltonian=Delta * Dagger(a) * a + chi * Dagger(a) ** 2 * a**2 + xi * (Dagger(a) + a),
    losses=(Loss(gamma, a),),
    drive=xi,
)

E = sp.Symbol("E")
ABBREVIATIONS = {E: Delta - I * gamma / 2}
# Drummond and Walls: <a'^k a^k> -> prod_j xi^2/|E + j chi|^2, j = 0 ... k - 1
PUBLISHED = {
    "number": xi**2 / Abs(E) ** 2,
    "g2": Abs(E / (E + chi)) ** 2,
    "g3": Abs(E**2 / ((E + chi) * (E + 2 * chi))) ** 2,
}
CONDITIONS = {
    "one-photon resonance": {Delta: 0},
    "two-photon resonance": {Delta: -chi},
    "three-photon resonance": {Delta: -2 * chi},
}
VALUES = {"Delta": 0.0, "chi": 5.0, "gamma": 1.0, "xi": 0.1}
