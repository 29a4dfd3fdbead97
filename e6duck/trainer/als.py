"""Vectors from alternating least squares: implicit's, on the CPU or with CUDA."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args

import implicit.cpu.als
import implicit.gpu.als
import numpy as np
from implicit.recommender_base import ModelFitError
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ..errors import E6DuckError, UsageError
from ..index.vectors import Vectors
from .ppmi import Progress
from .recipe import Recipe, Weighting

Device = Literal["auto", "cpu", "cuda"]

_BM25_K1 = 100.0
_BM25_B = 0.8
_POLL_SECONDS = 0.2
THREAD = "e6duck als"  # which the command line does not wait for
NOT_FINITE = "the vectors are not finite; try more --regularization or less --alpha"


def als_vectors(
    weighted: Any,
    recipe: Recipe,
    *,
    start: Vectors | None,
    device: str,
    threads: int,
    progress: Progress,
) -> tuple[Vectors, Vectors]:
    """Return the vectors of tags and of posts from weighted posts x tags.

    start: what the vectors of tags begin as; None is random.
    """
    model = _model(recipe, device, threads)
    if start is not None:
        posts = np.zeros((weighted.shape[0], start.shape[1]), np.float32)
        model.user_factors, model.item_factors = (
            _to_device(device, posts),
            _to_device(device, start.copy()),
        )
    total = recipe.iterations
    progress("iterating", 0, total)

    def on_iteration(iteration: int, seconds: float, loss: object) -> None:
        if left.is_set():
            raise KeyboardInterrupt
        progress("iterating", iteration + 1, total)

    def fit() -> None:
        with np.errstate(all="ignore"):  # what it comes to is checked at the end
            model.fit(weighted, show_progress=False, callback=on_iteration)

    left = threading.Event()
    try:
        _run_in_thread(fit, left)
    except ModelFitError as error:
        raise E6DuckError(NOT_FINITE) from error
    return _to_host(model.item_factors), _to_host(model.user_factors)


def _model(recipe: Recipe, device: str, threads: int) -> Any:
    options: dict[str, Any] = {
        "factors": recipe.factors,
        "regularization": recipe.regularization,
        "alpha": recipe.alpha,
        "iterations": recipe.iterations,
        "random_state": recipe.seed,
    }
    if device == "cuda":
        return implicit.gpu.als.AlternatingLeastSquares(**options)
    return implicit.cpu.als.AlternatingLeastSquares(**options, num_threads=threads)


def _to_device(device: str, vectors: Vectors) -> Any:
    return implicit.gpu.Matrix(vectors) if device == "cuda" else vectors


def _to_host(vectors: Any) -> Vectors:
    """Return vectors as NumPy has them, wherever they are."""
    array: Vectors = vectors if isinstance(vectors, np.ndarray) else vectors.to_numpy()
    return array


def _run_in_thread(work: Callable[[], object], left: threading.Event) -> None:
    """Do work in a thread of its own, so that Ctrl-C is heard while it does not come back.

    left: is set then, for the work to end. An interpreter that ends waits for it: to end without
    it now and then hung in BLAS.
    """
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    worker = threading.Thread(target=run, name=THREAD)
    try:
        worker.start()  # Ctrl-C may come before it returns
        while worker.is_alive():
            worker.join(_POLL_SECONDS)
    finally:
        left.set()
    if failures:
        raise failures[0]


def weighted(matrix: Any, weighting: Weighting) -> Any:
    """Return posts x tags (CSR of ones) with the weight of each use, as float32.

    tfidf: log(posts / (uses of the tag + 1)). bm25: that times (K1 + 1) / (K1 L + 1), where L grows
    with the number of tags on the post; as implicit weighs both. none: one.
    """
    shape = matrix.shape
    if weighting == "none":
        weights = np.ones(matrix.nnz, np.float32)
    else:
        uses = np.bincount(matrix.indices, minlength=shape[1])
        rarity = (np.log(shape[0]) - np.log1p(uses)).astype(np.float32)
        weights = rarity[matrix.indices]
    if weighting == "bm25":
        weights *= np.repeat(_length_weights(np.diff(matrix.indptr)), np.diff(matrix.indptr))
    indptr = matrix.indptr.astype(np.int32) if matrix.nnz < 2**31 else matrix.indptr
    return csr_matrix((weights, matrix.indices, indptr), shape=shape)


def _length_weights(lengths: NDArray[np.int64]) -> NDArray[np.float32]:
    norm = (1 - _BM25_B) + _BM25_B * lengths / lengths.mean()
    result: NDArray[np.float32] = ((_BM25_K1 + 1) / (_BM25_K1 * norm + 1)).astype(np.float32)
    return result


def choose_device(wanted: Device) -> tuple[Literal["cpu", "cuda"], str | None]:
    """Return the device to train on, and a line on why a GPU that is there is not used.

    Raises `E6DuckError` for "cuda" where CUDA cannot be used.
    """
    if wanted not in get_args(Device):
        raise UsageError(f'device is "{wanted}"; choose {", ".join(get_args(Device))}')
    if wanted == "cpu":
        return "cpu", None
    trouble = _cuda_trouble()
    if trouble is None:
        return "cuda", None
    if wanted == "cuda":
        raise E6DuckError(f"no training with CUDA: {trouble}; use --device cpu")
    return "cpu", f"training on the CPU: {trouble}" if _has_gpu() else None


def _has_gpu() -> bool:
    """Return whether there is an NVIDIA GPU: its device file, or one that the driver counts."""
    if any(Path("/dev").glob("nvidia[0-9]*")):
        return True
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    count = ctypes.c_int()
    is_counted = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    return is_counted and count.value > 0


def _cuda_trouble() -> str | None:
    """Return why CUDA cannot be used; None where it can."""
    if not implicit.gpu.HAS_RMM:
        return "RAPIDS' rmm is missing (pip install 'e6duck[gpu]')"
    if not implicit.gpu.HAS_CUDA:
        return "implicit finds no CUDA"
    try:
        implicit.gpu.Matrix(np.zeros((1, 1), np.float32)).to_numpy()
    except Exception as error:  # whatever the driver says
        return " ".join(str(error).split()) or type(error).__name__
    return None
