"""The names and signatures of e6db's ``e6db.utils``, over e6duck's own code.

A script changes only its import lines: ``e6db.utils`` becomes ``e6duck.compat``,
``e6db.utils.numpy`` ``e6duck.compat.numpy``, and ``e6db.utils.torch`` ``e6duck.compat.torch``.
What differs on purpose:

- category 2 is ``contributor``, and all colours have a value
- a set whose files belong to different builds is refused
- ``tag_rank_to_freq`` and ``tag_freq_to_rank`` use the real counts where the folder has them
- ``on_conflict="overwrite_rarest"`` does what e6db documents
- copies share nothing with their originals, and ``TagSetNormalizer.map_inputs`` keeps rare names
- ``TagSetNormalizer.encode`` ends on implication cycles, and they remove nothing
- null lists of tags are empty lists, and ids beyond ``vocab_size`` are left out of a matrix

Importing it imports neither NumPy, SciPy, pyarrow, polars nor torch.
"""

from ..index.ranks import tag_freq_to_rank, tag_rank_to_freq
from ..index.read import load_implications, load_tags
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
