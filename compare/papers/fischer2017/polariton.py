"""The polariton of Fischer et al.: its rate of emission, from the effective Hamiltonian.

One quantum in cavity and emitter moves with the matrix H_eff of 2 x 2; the polariton is the
eigenvector that is mostly emitter, and -2 Im of its eigenvalue is the rate at which it is lost.
"""

import numpy as np

from compare.audit.decision import measure
from compare.claim import Readings, Roads, measured
from compare.papers import load


def effective_rate(scale: float) -> Readings:
    """The printed rate must be the eigenvalue's; it knows no drive and is one on both roads."""
    sheet = load("fischer2017").sheet()
    point = measure(sheet, sheet.of("formula")[0], scale=scale).point()
    H_eff = np.array([
        [-0.5j * point["kappa"], point["g"]],
        [point["g"], -point["detuning"]],
    ])  # fmt: skip
    energies, vectors = np.linalg.eig(H_eff)
    polariton = np.argmax(abs(vectors[1]))  # mostly emitter
    rate = float(-2 * energies[polariton].imag)
    return measured(Roads(rate, rate), "rate of the polariton", "in kappa")
