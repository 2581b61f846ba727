"""Light that no cut has to hold, each kind in the frame in which it is simple.

`bright` says which points of a batch are looked at here, and in which order; every other room is
one kind of light, or what a frame is made of:

- linear light is `gaussian`: its covariances are all of it;
- nearly coherent light is `displaced`, a = alpha + b, in the model that `shift` makes;
- light that is squeezed around an amplitude is `squeezed`, a = alpha + U c + V c', in the model
  that `squeeze` makes with the modes of `covariances`;
- photons that push a mirror far are `polarons`, in the `leaning` states of a mirror that rests
  where they push it;
- weak light beside hot modes is `warm`, these in their `damping` basis, where their equation is
  `damped`.

`fluctuations` foretell how many states a frame takes.  All such states are known by the `means` of
their operators, and every number is made of these.
"""
