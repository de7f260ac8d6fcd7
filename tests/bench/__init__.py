"""Speeds as ratios to something known, measured side by side in one process: ``python -m tests.bench``."""
