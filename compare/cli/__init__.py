"""The command ``blockade``."""

from compare.cli.app import main

__all__ = ["main"]
