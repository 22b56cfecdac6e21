"""Namespaces, and why one that is being deleted is still there."""

from __future__ import annotations

from reconverge.model.meta import Condition, Named, View


class NamespaceStatus(View, frozen=True):
    conditions: tuple[Condition, ...] = ()


class Namespace(Named, frozen=True):
    """Its conditions say what its deletion waits for."""

    status: NamespaceStatus = NamespaceStatus()

    @property
    def remains(self) -> tuple[str, ...]:
        """What its controller found in the way at its last look; empty where it has not looked.

        The conditions of pkg/controller/namespace/deletion/status_condition_utils.go.
        """
        return tuple(row.message for row in self.status.conditions if row.status == "True")
