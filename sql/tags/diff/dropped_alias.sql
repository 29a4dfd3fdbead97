-- dropped_alias: an alias that is no longer known.
select
    former.antecedent_name as name,
    former.consequent_name as before,
    target.category_before as category,
    target.posts_before,
from old.main.tag_aliases as former
anti join tag_aliases as alias on alias.antecedent_name = former.antecedent_name
left join tag_pair as target on target.name = former.consequent_name
order by target.posts_before desc nulls last, target.rank_before nulls last, former.antecedent_name
