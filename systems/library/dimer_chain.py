"""A chain of coupled dimers of Kerr modes: blockade that needs ever less nonlinearity.

    H = sum_j [E a_j'a_j + alpha a_j'a_j'a_j a_j] + sum_j J_j (a_j'a_(j+1) + a_(j+1)'a_j)
        + F (a_1' + a_1),
    J_j = J within a dimer and t between two,    losses gamma D[a_j].

The laser drives the first site, and the first site of the last dimer is observed.  Y. Wang, W.
Verstraelen, B. Zhang, T. C. H. Liew and Y. D. Chong, Phys. Rev. Lett. 127, 240402 (2021): the
nonlinearity at which two photons avoid a site falls exponentially with the length of the chain.
`MODEL` has four sites, `chain` any even number.  Two sites are the dimer of `kerr_dimer`.

`PUBLISHED` follows from the equation of one photon, which the nonlinearity does not touch; the
equations of Wang et al. were not at hand.

Symbols (rates in one unit): E detuning of every site, alpha Kerr shift per pair of photons, J and t
couplings within and between dimers, gamma energy loss of each site, F drive.

>>> [len(chain(sites).modes) for sites in (2, 6)]
[2, 6]
"""

import sympy as sp
from sympy import Abs, I
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from systems.loss import Loss
from systems.model import Model

E, alpha, J, t = sp.symbols("E alpha J t", real=True)
gamma, F = sp.symbols("gamma F", positive=True)


def chain(sites: int) -> Model:
    """The chain of an even number of sites, whose modes are a1, a2, ...; raises `ValueError`.

    >>> chain(3)
    Traceback (most recent call last):
        ...
    ValueError: Argument `sites` must be even and at least 2, but is 3.
    """
    if sites < 2 or sites % 2:
        raise ValueError(f"Argument `sites` must be even and at least 2, but is {sites}.")
    modes = [BosonOp(f"a{j}") for j in range(1, sites + 1)]
    bonds = zip(modes, modes[1:], [J, t] * sites, strict=False)
    return Model(
        name=f"chain of {sites // 2} dimers",
        hamiltonian=sum(
            (E * Dagger(a) * a + alpha * Dagger(a) ** 2 * a**2 for a in modes), sp.S.Zero
        )
        + sum((hop * (Dagger(a) * b + Dagger(b) * a) for a, b, hop in bonds), sp.S.Zero)
        + F * (Dagger(modes[0]) + modes[0]),
        losses=tuple(Loss(gamma, a) for a in modes),
        drive=F,
    )


MODEL = chain(4)

E_1, D = sp.symbols("E_1 D")
# of one photon: the determinant of four sites with E_1 on the diagonal
ABBREVIATIONS = {
    E_1: E - I * gamma / 2,
    D: E_1**4 - (2 * J**2 + t**2) * E_1**2 + J**4,
}
PUBLISHED = {"number_a3": F**2 * J**2 * t**2 * Abs(E_1 / D) ** 2}
CONDITIONS: dict[str, dict[sp.Symbol, sp.Expr]] = {}
VALUES = {
    "E": 0.0650,
    "alpha": 0.0045,
    "J": 1.0,
    "t": 0.1,
    "gamma": 0.4,
    "F": 0.001,
}
