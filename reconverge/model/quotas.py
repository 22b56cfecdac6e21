"""Quotas: how much of what a namespace may use, and what it uses."""

from __future__ import annotations

from reconverge.model.meta import Named, View


class QuotaSpec(View, frozen=True):
    hard: dict[str, str] = {}


class QuotaStatus(View, frozen=True):
    hard: dict[str, str] = {}
    used: dict[str, str] = {}


class ResourceQuota(Named, frozen=True):
    """Amounts are Kubernetes quantities: `3`, `500m`, `1Gi`."""

    spec: QuotaSpec = QuotaSpec()
    status: QuotaStatus = QuotaStatus()
