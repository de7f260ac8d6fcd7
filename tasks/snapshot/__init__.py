"""Freeze a month: the manifest that names it, the cells it changed, what it revised, the trends so far."""
