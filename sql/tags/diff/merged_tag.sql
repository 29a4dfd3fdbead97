-- merged_tag: a tag of the old build that is now an alias of a tag that the old build knew, too.
select
    tag_pair.name,
    alias.consequent_name as after,
    target.category_after as category,
    tag_pair.posts_before,
    target.posts_after,
from tag_pair
join tag_aliases as alias on alias.antecedent_name = tag_pair.name
join tag_pair as target on target.name = alias.consequent_name
where tag_pair.was_known and not tag_pair.is_known and target.was_known
order by tag_pair.posts_before desc nulls last, tag_pair.rank_before nulls last, tag_pair.name
