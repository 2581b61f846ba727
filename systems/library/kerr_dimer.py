"""Two coupled Kerr modes: weak nonlinearity, strong antibunching by interference.

    H = Delta (a'a + b'b) + U (a'a'aa + b'b'bb) + J (a'b + b'a) + F (a' + a),
    losses gamma D[a], gamma D[b].

T. C. H. Liew and V. Savona, Phys. Rev. Lett. 104, 183601 (2010), found numerically that the driven
mode emits single photons although U << gamma.  M. Bamba, A. Imamoglu, I. Carusotto and C. Ciuti,
Phys. Rev. A 83, 021802(R) (2011), explained it: two paths lead to two photons in that mode, and
they cancel where ``CONDITIONS`` hold, which asks for J > gamma/sqrt(2).  For J >> gamma the
optimum tends to Delta = gamma/(2 sqrt(3)), U = 2 gamma^3/(3 sqrt(3) J^2).

`PUBLISHED` follows from the coupled equations of the amplitudes of Bamba et al., solved for the
driven mode; `CONDITIONS` are their optimal detuning and nonlinearity in our letters.  The numbers
of their equations were not checked.

Symbols (rates in one unit): Delta detuning of both modes, U Kerr shift per pair of photons, J
coupling, gamma energy loss of each mode, F drive amplitude of mode a.

>>> round(float(CONDITIONS["no two photons, U > 0"][Delta].subs({J: 3, gamma: 1})), 3)
0.275
"""

import sympy as sp
from sympy import I, sqrt
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from systems.loss import Loss
from systems.model import Model

Delta, U = sp.symbols("Delta U", real=True)
J, gamma, F = sp.symbols("J gamma F", positive=True)
a, b = BosonOp("a"), BosonOp("b")

MODEL = Model(
    name="Kerr dimer",
    hamiltonian=Delta * (Dagger(a) * a + Dagger(b) * b)
    + U * (Dagger(a) ** 2 * a**2 + Dagger(b) ** 2 * b**2)
    + J * (Dagger(a) * b + Dagger(b) * a)
    + F * (Dagger(a) + a),
    losses=(Loss(gamma, a), Loss(gamma, b)),
    drive=F,
)

E = sp.Symbol("E")
ABBREVIATIONS = {E: Delta - I * gamma / 2}
PUBLISHED = {
    "C10": F * E / (J**2 - E**2),
    "C20": F**2 * (J**2 * U + 2 * E**2 * (E + U))
    / (2 * sqrt(2) * (E + U) * (E**2 - J**2) * (E * (E + U) - J**2)),
}  # fmt: skip
detuning = sqrt(sqrt(9 * J**4 + 8 * gamma**2 * J**2) - gamma**2 - 3 * J**2) / 2
nonlinearity = detuning * (5 * gamma**2 + 4 * detuning**2) / (2 * (2 * J**2 - gamma**2))
CONDITIONS = {
    "no two photons, U > 0": {Delta: detuning, U: nonlinearity},
    "no two photons, U < 0": {Delta: -detuning, U: -nonlinearity},
}
VALUES = {"Delta": 0.275, "U": 0.0428, "J": 3.0, "gamma": 1.0, "F": 0.01}
