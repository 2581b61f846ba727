"""The analytic road: closed forms of weakly driven systems, derived with SymPy.

`derivation` is the door to the leading order: `derive` a model and ask for amplitudes, populations,
correlations and blockade conditions. It stands on `amplitudes` (block by block from H_eff) and
`fock` (states and matrix elements); `evaluation` says what a form is at values, `reach` what a zero
at leading order means, `latex` how a form is printed. `fields` has the statistics of
light that leaves several modes; `time` those at two times, and the amplitudes under a drive that
moves. `quadratic` has quadratic models in any bath, exactly: `gaussian`, from the equations of
`heisenberg`; `polaron` has a mode that pushes on a mirror, made of what stands in `mirrors`;
`closed` whichever of the leading orders a model has: `find_closed`. `series` goes beyond the
leading order, jumps included: `expand`. `conditions` finds interference zeros, `zeros` those of
fields; `rational` does the algebra. Nothing here knows the numeric road.

>>> from systems import kerr
>>> derive(kerr.MODEL).correlation("a", abbreviations=kerr.ABBREVIATIONS)
Abs(E)**2/Abs(E + chi)**2
"""

from analytic.closed import Closed, find_closed
from analytic.conditions.condition import Condition
from analytic.conditions.limits import OptimalPoint
from analytic.conditions.optima import optimal_points
from analytic.derivation import Derivation, derive
from analytic.polaron import Polaron, polaron
from analytic.quadratic.linear import Gaussian, gaussian
from analytic.rational.abbreviations import spell_out
from analytic.reach import NotSeen
from analytic.series import Expansion, expand
from analytic.time.delayed import delayed_correlation
from analytic.time.pulse import WeakPulse, weak_pulse
from analytic.time.tones import tone_amplitude
from analytic.zeros import field_conditions, joint_zeros

__all__ = [
    "Closed",
    "Condition",
    "Derivation",
    "Expansion",
    "Gaussian",
    "NotSeen",
    "OptimalPoint",
    "Polaron",
    "WeakPulse",
    "delayed_correlation",
    "derive",
    "expand",
    "field_conditions",
    "find_closed",
    "gaussian",
    "joint_zeros",
    "optimal_points",
    "polaron",
    "spell_out",
    "tone_amplitude",
    "weak_pulse",
]
