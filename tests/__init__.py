"""The tests; this module is imported before any of theirs, and thereby before numpy and torch."""

import os

# Four processes of tests share the cores. Where OpenMP has a thread for each core too, each thread spins for as long as
# the one that it waits for is not let on: CAM++ took 4 to 15 s of the processor's time for six batches, and 0.6 s so.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # for what asks for more threads
