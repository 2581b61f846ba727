"""Claims of Huang et al. that ask for more than a quantity at values.

Two-photon blockade is judged by the criteria of `compare.criteria`, on g2(0), g3(0) and the mean
number together.
"""

import numpy as np

import numeric
from compare.audit.decision import measure
from compare.audit.point import model_values
from compare.claim import Readings, Roads, measured
from compare.criteria import blocks
from compare.papers import load

STRONG = {"Omega": -29e3, "P": 3e-13}  # along the rotation, at the stronger power


def two_photon_blockade(scale: float) -> Readings:
    """exp(-N) + N g3 <= g2 and g3 < exp(-N), the criteria on correlations, at k = 1.5, 0.3 pW.

    The number is the smaller of both distances: g2 - exp(-N) - N g3 and exp(-N) - g3.  It must not
    be negative.  A closed form of weak drive cannot decide it: there g2 and g3 are far above one.
    """
    sheet = load("huang2018").sheet()
    asked = measure(sheet, sheet.of("formula")[0], {"values": STRONG}, scale)
    target = asked.target
    state = numeric.steady_state(target.model, model_values(target, asked.point()), progress=False)
    N, g2, g3 = state.number("a"), state.correlation("a", 2), state.correlation("a", 3)
    limit = np.exp(-N)
    margin = float(min(g2 - limit - N * g3, limit - g3))
    assert bool(blocks(2, N, g2, g3)) == (margin > 0)  # the same criteria, as words
    words = "distance from the criteria of two-photon blockade"
    return measured(Roads(np.nan, margin), words, "at 0.3 pW and k = 1.5 along the rotation")
