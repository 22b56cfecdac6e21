"""How many pods a rollout may have too many or too few."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from reconverge.model import DeploymentSpec
from reconverge.model.apps import Quantity, RollingUpdate

# The API server's defaults for both, written out in every stored Deployment (apps/v1 defaults.go).
DEFAULT = "25%"


def fence_posts(spec: DeploymentSpec) -> tuple[int, int]:
    """The most active and the fewest available pods while the Deployment rolls out.

    Percentages of replicas are rounded up for maxSurge and down for maxUnavailable; where both come
    to nothing one pod may be unavailable, else no rollout could begin (ResolveFenceposts,
    pkg/controller/deployment/util/deployment_util.go, 1.34). Recreate takes all of them down first.
    """
    replicas = spec.replicas
    if spec.strategy.type == "Recreate":
        return replicas, 0
    rolling = spec.strategy.rolling_update or RollingUpdate()
    more = ceil(_of(rolling.max_surge, replicas))
    fewer = floor(_of(rolling.max_unavailable, replicas))
    if not more and not fewer:
        fewer = 1
    return replicas + more, max(0, replicas - fewer)


def _of(quantity: Quantity | None, replicas: int) -> Fraction:
    quantity = DEFAULT if quantity is None else quantity
    if isinstance(quantity, int):
        return Fraction(quantity)
    return Fraction(int(quantity.removesuffix("%")) * replicas, 100)
