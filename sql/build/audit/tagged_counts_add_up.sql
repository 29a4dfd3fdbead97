-- tagged_counts_add_up: the tagged counts add up to the number of tags on all posts.
select posts_total, tags_total
from
    (select coalesce(sum(len(tag_ids)), 0) as posts_total from posts),
    (select coalesce(sum(tagged_count), 0) as tags_total from tags)
where posts_total <> tags_total
