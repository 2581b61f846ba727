"""What threads make is theirs to let go of."""

import gc
from threading import Event, get_ident

import numpy as np
import pytest
from scipy.sparse import csc_array, identity

from numeric.solvers.choice import LARGE
from numeric.solvers.threads import Apart
from numeric.time import shifted


@pytest.fixture
def noted():
    """A class of things that tell a list which thread let go of them, and when."""
    gone, done = list[bool](), Event()

    class Noted:
        nnz = 0

        def __init__(self, *_: object) -> None:
            self.maker = get_ident()

        def __del__(self) -> None:
            gone.append(get_ident() == self.maker)
            done.set()

    return Noted, gone, done


def test_what_is_kept_apart_is_let_go_of_by_the_thread_that_made_it(noted):
    """SciPy frees factors nowhere else: each spectrum would leave tens of MB a frequency."""
    thing, gone, done = noted
    one = Apart(thing)
    assert one.made.maker != get_ident()
    assert not gone
    del one
    gc.collect()
    assert done.wait(10)
    assert gone == [True]


def test_large_factors_of_a_shift_are_kept_apart(noted, monkeypatch):
    thing, gone, done = noted
    monkeypatch.setattr(shifted, "factorise", thing)
    factors = shifted.Factors(csc_array(identity(LARGE + 1, dtype=complex)))
    assert not gone
    del factors
    gc.collect()
    assert done.wait(10)
    assert gone == [True]


def test_an_error_of_what_is_made_apart_is_raised_where_it_was_asked_for():
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        Apart(lambda: np.linalg.inv(np.zeros((2, 2))))
