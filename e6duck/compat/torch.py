"""The names of ``e6db.utils.torch``: the tags of posts as tensors."""

from __future__ import annotations

from typing import Any

from .numpy import tag_lists

__all__ = ["tags_to_tensors"]


def tags_to_tensors(
    df_posts: Any, column: str = "stripped_tags", device: Any = None, dtype: Any = None
) -> tuple[Any, Any]:
    """Return ``(tags, offsets)``: all tag ids of a column, and where the ids of each post start.

    Both are tensors of ``dtype`` (torch.int32 by default) on ``device``, as EmbeddingBag takes
    them. There is one offset per post. ``df_posts`` and ``column``: as in tags_to_scipy_csr. Raises
    the errors of tags_to_scipy_csr, ImportError if torch is not installed, and OverflowError if
    ``dtype`` is too small for an id or an offset.
    """
    torch = _torch()
    dtype = torch.int32 if dtype is None else dtype
    tag_ids, starts = tag_lists(df_posts, column)
    if not dtype.is_floating_point and max(len(tag_ids), tag_ids.max(initial=0)) > (
        torch.iinfo(dtype).max
    ):
        raise OverflowError(f"the ids or offsets do not fit into {dtype}; pass dtype=torch.int64")
    tags, offsets = (
        torch.as_tensor(values.astype("int64"), dtype=dtype, device=device)
        for values in (tag_ids, starts[:-1])
    )
    return tags, offsets


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise ImportError("tags_to_tensors needs PyTorch: pip install torch") from error
    return torch
