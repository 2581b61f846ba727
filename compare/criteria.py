"""When n photons block the next one: criteria on correlations and on populations.

Light of mean number N is compared with coherent light of the same N, whose g^(k) are all one and
whose populations are those of Poisson, P_k = N^k exp(-N)/k!.  A system shows n-photon blockade if
n photons are at least as likely as in coherent light and more than n are less likely:

    P_n >= Poisson_n,    P_k < Poisson_k for k > n                                  (populations)
    g^(n) >= exp(-N) + N g^(n+1),    g^(n+1) < exp(-N)                             (correlations)
    g^(n) >= 1,    g^(n+1) < 1                                       (correlations, weak light)

C. Hamsen, K. N. Tolazzi, T. Wilk and G. Rempe, Phys. Rev. Lett. 118, 133604 (2017), measured
g^(2) > 1 with g^(3) < 1; A. Miranowicz, M. Paprzycka, Y.-x. Liu, J. Bajer and F. Nori, Phys. Rev.
A 87, 023809 (2013), read blockades off the populations.  The second line follows from the first
where n + 1 photons are the most that matter: n! P_n = N^n (g^(n) - N g^(n+1)) and
(n + 1)! P_(n+1) = N^(n+1) g^(n+1), to be compared with N^k exp(-N).  The numbers of the equations
in the two papers were not checked.

At weak drive both correlations are large at two-photon resonance: g^(3) falls below one only
when the drive fills the two-photon state.  Judge the master equation, not the closed forms.

Everything takes and returns numbers or arrays; NaN in, False out.
"""

from collections.abc import Sequence
from math import factorial
from typing import Any

import numpy as np

from systems.values import check_positive


def poisson(number: Any, quanta: int) -> Any:
    """Probability of ``quanta`` photons in coherent light of mean ``number``.

    >>> round(float(poisson(1.0, 0)), 4)
    0.3679
    """
    mean = np.asarray(number)
    return mean**quanta * np.exp(-mean) / factorial(quanta)


def blocks(quanta: int, number: Any, lower: Any, upper: Any) -> Any:
    """Whether ``lower`` = g^(n) and ``upper`` = g^(n+1) show blockade by n = ``quanta`` photons.

    ``number`` is the mean; for n = 1, ``lower`` is one by definition.  Raises `ValueError` unless
    ``quanta`` is a positive integer.

    >>> bool(blocks(1, 0.1, 1.0, 0.01)), bool(blocks(2, 0.1, 1.0, 1.0))
    (True, False)
    """
    check_positive("quanta", quanta)
    mean = np.asarray(number)
    limit = np.exp(-mean)
    return (np.asarray(upper) < limit) & (np.asarray(lower) >= limit + mean * np.asarray(upper))


def blocks_weakly(quanta: int, lower: Any, upper: Any) -> Any:
    """The same to leading order in the mean number: g^(n) >= 1 > g^(n+1).

    >>> bool(blocks_weakly(2, 1.5, 0.2))
    True
    """
    check_positive("quanta", quanta)
    return (np.asarray(lower) >= 1) & (np.asarray(upper) < 1)


def excess(populations: Sequence[Any], number: Any) -> np.ndarray:
    """``P_k/Poisson_k - 1`` for k = 0, 1, ..., on the first axis; ``populations`` holds the P_k.

    >>> excess([0.5, 0.5], 0.5).round(3).tolist()
    [-0.176, 0.649]
    """
    return np.array([np.asarray(p) / poisson(number, k) - 1 for k, p in enumerate(populations)])


def blocks_by_population(quanta: int, populations: Sequence[Any], number: Any) -> Any:
    """Whether P_n is at least that of Poisson and every higher P_k given is below it.

    ``populations`` holds P_0, P_1, ..., each a number or an array; raises `ValueError` unless
    they reach P_(n+1).

    >>> bool(blocks_by_population(1, [0.9, 0.1, 0.0], 0.1))
    True
    """
    check_positive("quanta", quanta)
    if len(populations) < quanta + 2:
        raise ValueError(
            f"Argument `populations` must hold P_0 to P_{quanta + 1} at least, but holds "
            f"{len(populations)} of them."
        )
    relative = excess(populations, number)
    return (relative[quanta] >= 0) & np.all(relative[quanta + 1 :] < 0, axis=0)
