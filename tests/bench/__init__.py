"""Speeds as ratios to something known, measured side by side in one process: ``python -m tests.bench``."""

import flows  # noqa: F401 - as in the product's own processes: one thread of BLAS, said before NumPy is loaded
