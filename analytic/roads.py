"""Which other road leads to a quantity that the leading order of H_eff does not have."""

from systems import Model
from systems.ladder import Occupation

FAR = 4  # quanta up to which it is tried whether a series reaches a state: seconds beyond


def other_roads(model: Model, occupation: Occupation | None = None) -> str:
    """The calls that take the model and, if one is given, reach the occupation."""
    both = _expands(model, occupation)
    return "analytic.expand or numeric.steady_state" if both else "numeric.steady_state"


def _expands(model: Model, occupation: Occupation | None) -> bool:
    from analytic.series import expand  # which stands on modules that refuse by these roads

    if occupation is not None and model.grading.of(occupation) > FAR:
        return False
    try:
        series = expand(model)
        if occupation is not None:
            series.probability(occupation)
    except ValueError:
        return False
    return True
