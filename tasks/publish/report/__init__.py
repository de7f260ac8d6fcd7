"""One self-contained page on a snapshot: no script, no network, everything escaped."""

from tasks.publish.report.page import render_report

__all__ = ["render_report"]
