"""The claims of the paper, each computed by both roads and judged by one rule."""

from compare.papers.tang2025.claims.paper import audit, claims_text

__all__ = ["audit", "claims_text"]
