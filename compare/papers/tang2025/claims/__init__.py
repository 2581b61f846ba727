"""The claims of the paper, each computed by both roads and judged by one rule.

`paper` gathers them and makes the table; `device`, `blockade`, `mechanism` and `efficiency` hold
one function a claim, decorated with its place and its words; `roads` asks both roads at the
places of the paper, and `power` finds the input power at which a disputed claim would come true.
"""

from compare.papers.tang2025.claims.paper import audit, claims_text

__all__ = ["audit", "claims_text"]
