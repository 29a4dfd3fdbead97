"""The texts that a progress bar shows for the stages of a build or an import."""

from __future__ import annotations

# By the name of the stage: that of an SQL file, of an index file, or of another step.
STAGES = {
    "start": "finding files",
    "reading files": "reading index files",
    "artists": "reading artists",
    "pools": "reading pools",
    "wiki_pages": "reading wiki pages",
    "categories": "listing categories",
    "tag_row": "reading tags",
    "tag_dropped": "checking tags",
    "tag_source": "checking tags",
    "lost_row": "checking aliases",
    "alias_row": "reading aliases",
    "alias_dropped": "checking aliases",
    "alias_edge": "resolving aliases",
    "alias_end": "resolving aliases",
    "implication_row": "reading implications",
    "implication_dropped": "checking implications",
    "implication_edge": "resolving implications",
    "implication_path": "resolving implications",
    "listed_pair": "reading implications",
    "closed_pair": "resolving implications",
    "implied_name": "resolving implications",
    "post_row": "reading posts",
    "name_use": "reading posts",
    "ranked_tag": "ranking tags",
    "tag_aliases": "writing aliases",
    "tag_implications": "writing implications",
    "rare_tag_implications": "writing implications",
    "name_implied": "resolving implications",
    "encoded_posts": "writing posts",
    "posts": "writing posts",
    "post_tags": "writing posts",
    "tagged_counts": "counting tags",
    "tags": "counting tags",
    "rare_tags": "counting rare tags",
    "tag_factors": "preparing vectors",
    "training_info": "preparing vectors",
    "known_names": "listing names",
    "tag_id": "adding macros",
    "implies": "adding macros",
    "implied_by": "adding macros",
    "cooccurring": "adding macros",
    "search_tags": "adding macros",
    "neighbors": "adding macros",
    "source_facts": "recording sources",
    "rejected_rows": "recording rejected rows",
    "build_sources": "recording sources",
    "build_rejects": "recording rejected rows",
    "build_info": "recording the build",
    "audit": "checking the result",
    "checkpoint": "saving the database",
    "publish": "replacing the old files",
}


def stage_text(stage: str) -> str:
    """Return the text for a stage; an index file is named."""
    return STAGES.get(stage) or f"writing {stage}"
