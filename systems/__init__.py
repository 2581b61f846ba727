"""Systems: a symbolic Hamiltonian with its losses, and the devices it stands for."""

from systems import renamed  # noqa: F401  (the import paths of version 0.1 go on working)
from systems.model import Loss, Model

__all__ = ["Loss", "Model"]
