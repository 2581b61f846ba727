"""Systems: a symbolic Hamiltonian with its losses, and the devices it stands for."""

from systems.model import Loss, Model

__all__ = ["Loss", "Model"]
