"""A Jaynes-Cummings system whose emitter loses nothing but through the cavity."""

from systems import Model
from systems.library.jaynes_cummings import MODEL, a

GOOD_EMITTER = Model(
    name="Jaynes-Cummings, driven cavity, good emitter",
    hamiltonian=MODEL.hamiltonian,
    losses=tuple(loss for loss in MODEL.losses if loss.operator == a),
    drive=MODEL.drive,
)
