"""When and in what order: the flows and the command line."""

import os

# Groups are the unit of parallel work and their matrices small: threads would do little but wait for each other.
# It must stand here before NumPy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
