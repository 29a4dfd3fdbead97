"""The columns of the export: which there are, their types, and which of them a build needs."""

from __future__ import annotations

INTEGER = "BIGINT"
TEXT = "VARCHAR"
_TIME = "TIMESTAMP"
_FLAG = "BOOLEAN"

# All columns that the site has exported, with the types that they are read as.
COLUMNS: dict[str, dict[str, str]] = {
    "posts": {
        "id": INTEGER,
        "uploader_id": INTEGER,
        "created_at": _TIME,
        "md5": TEXT,
        "source": TEXT,
        "rating": TEXT,
        "image_width": INTEGER,
        "image_height": INTEGER,
        "tag_string": TEXT,
        "locked_tags": TEXT,
        "fav_count": INTEGER,
        "file_ext": TEXT,
        "parent_id": INTEGER,
        "change_seq": INTEGER,
        "approver_id": INTEGER,
        "file_size": INTEGER,
        "comment_count": INTEGER,
        "description": TEXT,
        "duration": "DOUBLE",
        "updated_at": _TIME,
        "is_deleted": _FLAG,
        "is_pending": _FLAG,
        "is_flagged": _FLAG,
        "score": INTEGER,
        "up_score": INTEGER,
        "down_score": INTEGER,
        "is_rating_locked": _FLAG,
        "is_status_locked": _FLAG,
        "is_note_locked": _FLAG,
        "bg_color": TEXT,
        "last_noted_at": _TIME,
        "last_commented_at": _TIME,
    },
    "tags": {"name": TEXT, "category": "UTINYINT", "post_count": INTEGER},
    "tag_aliases": {"antecedent_name": TEXT, "consequent_name": TEXT, "status": TEXT},
    "tag_implications": {
        "antecedent_name": TEXT,
        "consequent_name": TEXT,
        "status": TEXT,
        "descendant_names": TEXT,
    },
}

# The same for the optional tables, which are loaded if their files are in the folder.
MORE_COLUMNS: dict[str, dict[str, str]] = {
    "pools": {
        "id": INTEGER,
        "name": TEXT,
        "created_at": _TIME,
        "updated_at": _TIME,
        "creator_id": INTEGER,
        "description": TEXT,
        "is_active": _FLAG,
        "category": TEXT,
        "post_ids": TEXT,
    },
    "wiki_pages": {
        "id": INTEGER,
        "created_at": _TIME,
        "updated_at": _TIME,
        "title": TEXT,
        "body": TEXT,
        "creator_id": INTEGER,
        "updater_id": INTEGER,
        "is_locked": _FLAG,
        "parent": TEXT,
    },
    "artists": {
        "id": INTEGER,
        "name": TEXT,
        "other_names": TEXT,
        "group_name": TEXT,
        "linked_user_id": INTEGER,
        "is_active": _FLAG,
        "is_locked": _FLAG,
        "creator_id": INTEGER,
        "created_at": _TIME,
        "updated_at": _TIME,
        "active_urls": TEXT,
        "inactive_urls": TEXT,
    },
}

# Texts that have one line on the site. A line break in one means that rows were joined by quotes.
ONE_LINE = {
    *("tag_string", "md5", "rating", "file_ext", "bg_color"),
    *("name", "antecedent_name", "consequent_name", "title"),
}

# The columns without which a file is not the export of its table.
ESSENTIAL: dict[str, tuple[str, ...]] = {
    "posts": ("id", "rating", "tag_string", "file_ext", "is_deleted"),
    "tags": ("name", "category"),
    "tag_aliases": ("antecedent_name", "consequent_name", "status"),
    "tag_implications": ("antecedent_name", "consequent_name", "status"),
    "pools": ("id", "name", "post_ids"),
    "wiki_pages": ("id", "title", "body"),
    "artists": ("id", "name"),
}

# Columns of posts that are kept only on request, with their comments.
TEXT_COLUMNS = {
    "source": "Addresses that the picture comes from, one per line, as the uploader gave them",
    "description": "Description by the uploader, in the markup of the site",
}
