"""The names and signatures of e6db's ``e6db.utils``, implemented by e6duck.

A script changes only its import lines: ``e6db.utils`` becomes ``e6duck.compat``,
``e6db.utils.numpy`` ``e6duck.compat.numpy``, and ``e6db.utils.torch`` ``e6duck.compat.torch``.
These differences are intended:

- category 2 is ``contributor``, and all categories have colors
- loading a folder with files from different builds is an error
- ``tag_rank_to_freq`` and ``tag_freq_to_rank`` use the real counts if the folder has them
- ``on_conflict="overwrite_rarest"`` does what e6db documents
- copies share nothing with their originals, and ``TagSetNormalizer.map_inputs`` keeps rare names
- ``TagSetNormalizer.encode`` ends on implication cycles, and a cycle removes no tags
- a null list of tags is an empty list, and ids beyond ``vocab_size`` are left out of a matrix

Importing this package does not import NumPy, SciPy, pyarrow, polars or torch.
Imports index and the modules errors, files and progress.
"""

from .loading import load_implications, load_tags
from .normalizers import (
    InMapFun,
    OutMapFun,
    TagNormalizer,
    TagSetNormalizer,
    tag_categories,
    tag_categories_alt_colors,
    tag_categories_colors,
    tag_category2id,
)
from .numpy import tags_to_scipy_csr
from .ranks import tag_freq_to_rank, tag_rank_to_freq
from .torch import tags_to_tensors

__all__ = [
    "InMapFun",
    "OutMapFun",
    "TagNormalizer",
    "TagSetNormalizer",
    "load_implications",
    "load_tags",
    "tag_categories",
    "tag_categories_alt_colors",
    "tag_categories_colors",
    "tag_category2id",
    "tag_freq_to_rank",
    "tag_rank_to_freq",
    "tags_to_scipy_csr",
    "tags_to_tensors",
]
