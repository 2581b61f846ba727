"""Claims of the paper that ask for more than a quantity at values, in Python; called with a device.

The sheet ``claims.toml`` beside this folder holds all claims, with place and statement, and names
these functions: `device` and the formulas, `blockade`, `mechanism`, `efficiency`.  `roads` asks
both roads at the places of the paper.
"""

from compare.papers.tang2025.claims import blockade, device, efficiency, mechanism
from compare.papers.tang2025.claims.paper import audit, claims_text

__all__ = ["audit", "blockade", "claims_text", "device", "efficiency", "mechanism"]
