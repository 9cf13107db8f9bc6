"""What makes the model fast, and how the rest of Timbre reaches it."""

import os

# torch's threads wait for each other by spinning, some milliseconds long by default. On a machine that does something
# else beside, the one that spins is put aside just when its turn comes, and a step takes dozens of times longer. To
# wait briefly and then sleep costs nothing where the machine is ours. It is read when torch is loaded.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
