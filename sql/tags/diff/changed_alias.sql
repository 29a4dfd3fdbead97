-- changed_alias: an alias of another tag than before, and not only because its tag was renamed.
select
    alias.antecedent_name as name,
    former.consequent_name as before,
    alias.consequent_name as after,
    target.category_after as category,
    target.posts_after,
from tag_aliases as alias
join old.main.tag_aliases as former on former.antecedent_name = alias.antecedent_name
left join tag_aliases as renamed on renamed.antecedent_name = former.consequent_name
left join tag_pair as target on target.name = alias.consequent_name
where coalesce(renamed.consequent_name, former.consequent_name) <> alias.consequent_name
order by target.posts_after desc nulls last, target.rank_after nulls last, alias.antecedent_name
