"""The tests; this module is imported before any of theirs, and thereby before numpy and torch."""

import os
import sys
from pathlib import Path

# Four processes of tests share the cores. Where OpenMP has a thread for each core too, each thread spins for as long as
# the one that it waits for is not let on: CAM++ took 4 to 15 s of the processor's time for six batches, and 0.6 s so.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # for what asks for more threads

# Where Python is told to keep no bytecode, as in many containers, each of the hundreds of processes that tests start
# compiles all that it imports, which is most of its start. It is kept, but not beside the sources.
if sys.dont_write_bytecode:
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path(__file__).parents[1] / ".pytest_cache" / "bytecode")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
