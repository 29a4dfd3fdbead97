-- new_alias: an alias that the old build did not know, including those of renamed tags.
select
    alias.antecedent_name as name,
    alias.consequent_name as after,
    target.category_after as category,
    target.posts_after,
from tag_aliases as alias
anti join old.main.tag_aliases as former on former.antecedent_name = alias.antecedent_name
left join tag_pair as target on target.name = alias.consequent_name
order by target.posts_after desc nulls last, target.rank_after nulls last, alias.antecedent_name
