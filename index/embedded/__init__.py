"""The indexes in files beside the truth: FAISS for vectors, Tantivy for words."""

import os

# FAISS's threads spin while they wait, unless OpenMP is told otherwise before it is loaded. A search of a million
# passages took 94 ms of processor time instead of 73, as other parts of it had to wait for a core.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
