"""All exports of a group, made one truth: a pure function of the set of its exports."""

from tasks.reconcile.model import Clock, Export, Reconciled
from tasks.reconcile.reconcile import reconcile

__all__ = ["Clock", "Export", "Reconciled", "reconcile"]
