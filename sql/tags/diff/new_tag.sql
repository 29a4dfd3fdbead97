-- new_tag: a tag that the old build did not know, by this or another name.
select
    tag_pair.name,
    tag_pair.category_after as category,
    tag_pair.rank_after,
    tag_pair.posts_after,
from tag_pair
where
    not tag_pair.was_known
    and not exists (
        from tag_aliases as alias
        join tag_pair as renamed on renamed.name = alias.antecedent_name
        where alias.consequent_name = tag_pair.name and renamed.was_known
    )
order by tag_pair.posts_after desc nulls last, tag_pair.rank_after nulls last, tag_pair.name
