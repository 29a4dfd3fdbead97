"""The kernels of OpenBLAS that this processor can run: `python -m tests.kernels` prints them.

`python -m tests.kernels NAME` fails unless NumPy and SciPy really use that kernel in a process that
was started with OPENBLAS_CORETYPE=NAME.
"""

from __future__ import annotations

import sys
from pathlib import Path

from threadpoolctl import threadpool_info

# What a processor must have, as /proc/cpuinfo calls it. There is no Zen: the OpenBLAS in the wheels
# of NumPy and SciPy is built without, and takes Haswell for it.
_AVX2 = {"avx2", "fma"}
_AVX512 = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}
_NEEDED = {"SkylakeX": _AVX2 | _AVX512, "Haswell": _AVX2, "Sandybridge": {"avx"}}


def usable_kernels() -> list[str]:
    """Return the kernels that can be chosen here; none without Linux or OpenBLAS."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    flags = {flag for line in lines if line.startswith("flags") for flag in line.split()}
    return [name for name, needed in _NEEDED.items() if needed <= flags] if kernels_in_use() else []


def kernels_in_use() -> set[str]:
    """Return the kernels that NumPy's and SciPy's OpenBLAS use in this process."""
    import numpy  # noqa: F401
    import scipy.linalg  # noqa: F401

    libraries = threadpool_info()
    return {each["architecture"] for each in libraries if each["internal_api"] == "openblas"}


def main() -> None:
    """Do what the arguments say."""
    if not sys.argv[1:]:
        print("\n".join(usable_kernels()))
    elif kernels_in_use() != set(sys.argv[1:]):
        used = ", ".join(kernels_in_use()) or "nothing"
        sys.exit(f"OpenBLAS uses {used} instead of {sys.argv[1]}")


if __name__ == "__main__":
    main()
