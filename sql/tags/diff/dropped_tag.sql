-- dropped_tag: a tag that is no longer known, not even as an alias.
select
    tag_pair.name,
    tag_pair.category_before as category,
    tag_pair.rank_before,
    tag_pair.posts_before,
from tag_pair
anti join tag_aliases as alias on alias.antecedent_name = tag_pair.name
where not tag_pair.is_known
order by tag_pair.posts_before desc nulls last, tag_pair.rank_before nulls last, tag_pair.name
