"""N identical two-level emitters in one driven cavity, as one collective mode.

    H = Delta_a a'a + Delta_s b'b + g (a'S + S'a) + xi (a' + a),
    S = sqrt(N) b + (sqrt(N - 1) - sqrt(N)) b'b b,    losses kappa D[a], gamma D[b].

The cavity sees the emitters through the sum S of their lowering operators only.  In the symmetric
states of N emitters with n excitations S has the elements sqrt(n (N - n + 1)): sqrt(N) from one
excitation, and sqrt(2 (N - 1)) from two, which is what S above has in the mode b.  Up to two
quanta the mode is the N emitters, exactly and for any N, and so are the amplitudes of the effective
Hamiltonian and g2 at leading order in the drive, which see no jumps.

Beyond, it is a model of its own: three excitations of the mode are not those of N > 1 emitters,
and an emitter that decays alone leaves the symmetric states.  `atoms` has the emitters one by one,
each with its own loss, for as many as a computer holds.  One emitter is exact at any drive.
So the mode is named ``collective``: a number that those states may change by a thousandth is "not
converged", and what follows jumps, a spectrum, is refused.

R. Trivedi, M. Radulaski, K. A. Fischer, S. Fan and J. Vuckovic, Phys. Rev. Lett. 122, 243602
(2019), studied blockade with many emitters.  `PUBLISHED` follows from the coupled equations of the
amplitudes; no closed form of theirs was at hand.

Symbols (rates in one unit): Delta_a and Delta_s detunings of cavity and emitters, g the coupling of
one emitter, N their number, kappa and gamma the energy losses of cavity and emitter, xi drive.

>>> from systems.ladder import label
>>> [label(mode) for mode in atoms(2).modes]
['a', 's1', 's2']
"""

import sympy as sp
from sympy import Abs, I, sqrt
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

from systems.loss import Loss
from systems.model import Model

Delta_a, Delta_s, g = sp.symbols("Delta_a Delta_s g", real=True)
kappa, gamma, xi, N = sp.symbols("kappa gamma xi N", positive=True)
a, b = BosonOp("a"), BosonOp("b")

# S'a + a'S; the root sqrt(N - 1) is real where there is an emitter at all
one, two = sqrt(N), sqrt(Abs(N - 1)) - sqrt(N)
MODEL = Model(
    name="N emitters in a cavity",
    hamiltonian=Delta_a * Dagger(a) * a
    + Delta_s * Dagger(b) * b
    + g * one * (Dagger(a) * b + Dagger(b) * a)
    + g * two * (Dagger(a) * Dagger(b) * b**2 + Dagger(b) ** 2 * b * a)
    + xi * (Dagger(a) + a),
    losses=(Loss(kappa, a), Loss(gamma, b)),
    drive=xi,
    collective="b",
)

E_a, E_s, D_1, D_2 = sp.symbols("E_a E_s D_1 D_2")
ABBREVIATIONS = {
    E_a: Delta_a - I * kappa / 2,
    E_s: Delta_s - I * gamma / 2,
    D_1: E_a * E_s - N * g**2,
}
PUBLISHED = {"number_a": xi**2 * Abs(E_s / D_1) ** 2, "number_b": N * xi**2 * g**2 / Abs(D_1) ** 2}
CONDITIONS = {"one-photon resonance": {Delta_a: g * sqrt(N), Delta_s: g * sqrt(N)}}
VALUES = {
    "Delta_a": -0.3,
    "Delta_s": 0.5,
    "g": 0.2,
    "N": 50.0,
    "kappa": 1.0,
    "gamma": 0.01,
    "xi": 0.001,
}


def atoms(count: int) -> Model:
    """The same with ``count`` emitters one by one, each with its own loss; symbols but N are those.

    For one to four emitters the master equation is a matter of seconds.

    >>> [str(symbol) for symbol in atoms(1).parameters]
    ['Delta_a', 'Delta_s', 'g', 'gamma', 'kappa', 'xi']
    """
    pairs = [(SigmaMinus(f"s{i}"), SigmaPlus(f"s{i}")) for i in range(1, count + 1)]
    each = sum(
        (Delta_s * up * down + g * (Dagger(a) * down + up * a) for down, up in pairs), sp.S.Zero
    )
    return Model(
        name=f"{count} emitters in a cavity, one by one",
        hamiltonian=Delta_a * Dagger(a) * a + each + xi * (Dagger(a) + a),
        losses=(Loss(kappa, a), *(Loss(gamma, down) for down, _ in pairs)),
        drive=xi,
    )
