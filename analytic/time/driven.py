"""H_eff by the powers in which the drive and its conjugate stand in it, for drives in time.

A drive xi that becomes xi f(t) multiplies what stands with xi by f, what stands with xi* by f*, and
what stands with both or with powers of them by the products; a coupling of its own, such as the
drive G of pairs, is multiplied by nothing.
"""

import sympy as sp

from systems import Model
from systems.ladder import Ladder

Powers = tuple[int, int]  # of the drive, and of its conjugate


def by_drive(model: Model, drive: sp.Symbol) -> dict[Powers, Ladder]:
    """The leading part of H_eff, split by powers of the symbol ``drive`` and of its conjugate.

    Of a real drive all powers count as the first kind.  Raises `ValueError` for a coefficient that
    is no polynomial in both, such as its real part.

    >>> from systems import parametric_kerr as P
    >>> parts = by_drive(P.MODEL, P.xi)
    >>> sorted(parts), parts[0, 0][(2,), (0,)], parts[1, 0]
    ([(0, 0), (1, 0)], G, {((1,), (0,)): xi})
    """
    z, w = sp.Dummy("drive"), sp.Dummy("conjugate")
    letters = {sp.Abs(drive): sp.sqrt(z * w), sp.conjugate(drive): w}
    parts: dict[Powers, Ladder] = {}
    for word, coefficient in model.leading_ladder.items():
        written = coefficient if drive.is_real else coefficient.subs(letters)
        written = sp.expand(written.subs(drive, z))
        if not written.is_polynomial(z, w):
            raise ValueError(
                f"Argument `closed` must be of a model with polynomials in its drive `{drive}` and "
                f"the conjugate, but a coefficient is `{coefficient}`."
            )
        for (p, q), part in sp.Poly(written, z, w).terms():
            parts.setdefault((p, q), {})[word] = part * drive**p * sp.conjugate(drive) ** q
    return parts
