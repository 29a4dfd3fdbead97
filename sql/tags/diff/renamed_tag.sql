-- renamed_tag: a tag of the old build that is now an alias of a tag that the old build did not know.
select
    tag_pair.name,
    alias.consequent_name as after,
    target.category_after as category,
    tag_pair.posts_before,
    target.posts_after,
from tag_pair
join tag_aliases as alias on alias.antecedent_name = tag_pair.name
join tag_pair as target on target.name = alias.consequent_name
where tag_pair.was_known and not tag_pair.is_known and not target.was_known
order by target.posts_after desc nulls last, target.rank_after nulls last, tag_pair.name
