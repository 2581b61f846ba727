"""Whether every excitation decays: without that there is no steady state to derive.

Between jumps a state of N quanta decays if all eigenvalues of the undriven H_eff in its block
have a negative imaginary part.  A lossless mode does not, nor does a dark superposition that
a collective loss does not reach.
"""

import numpy as np
import sympy as sp

from analytic.fock import apply, norm, occupations
from systems import Model
from systems.ladder import Ladder, Occupation, express

DECAYS = 1e-10  # of the largest element: round-off of an eigenvalue, also at exceptional points
TRIALS = 3  # random values of the parameters; a state that never decays is dark by structure


def check_decay(model: Model) -> None:
    """Raise `ValueError` if some state of one quantum of any mode never decays."""
    grades = sorted({w for w in model.grading.weights if occupations(model, w)})
    words = _conserving(model)
    for grade in grades:
        kets = occupations(model, grade)
        dark = [_dark_state(model, words, kets, seed) for seed in range(TRIALS)]
        always = [state for state in dark if state is not None]
        if len(always) == TRIALS:
            name = express((always[0], (0,) * len(model.modes)), model.modes)
            raise ValueError(
                f"Argument `model` must have a steady state, but the excitation `{name}` or a "
                "superposition with it never decays: every mode needs a loss, its own or through "
                "a coupling."
            )


def _conserving(model: Model) -> Ladder:
    return {
        word: part
        for word, coefficient in model.effective_ladder.items()
        for order, part in model.by_order(coefficient).items()
        if order == 0 and any(map(any, word)) and model.grading.raises(word) == 0
    }


def _dark_state(
    model: Model, words: Ladder, kets: list[Occupation], seed: int
) -> Occupation | None:
    """The main part of the slowest eigenvector of the block, if it does not decay."""
    H = _block(model, words, kets, seed)
    energies, vectors = np.linalg.eig(H)
    slowest = int(np.argmax(energies.imag))
    if energies[slowest].imag < -DECAYS * abs(H).max():
        return None
    return kets[int(np.argmax(abs(vectors[:, slowest])))]


def _block(model: Model, words: Ladder, kets: list[Occupation], seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    symbols = model.parameters
    values = random.uniform(0.5, 1.5, len(symbols))
    evaluate = sp.lambdify(symbols, list(words.values()), "numpy")
    H = np.zeros((len(kets), len(kets)), complex)
    for word, coefficient in zip(words, evaluate(*values), strict=True):
        for column, ket in enumerate(kets):
            bra, factor = apply(model, word, ket)
            if factor:
                H[kets.index(bra), column] += factor * coefficient * float(norm(bra) / norm(ket))
    return H
