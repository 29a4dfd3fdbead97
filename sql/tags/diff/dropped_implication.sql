-- dropped_implication: a tag that no longer implies another directly.
select
    direct_pair.antecedent_name as name,
    direct_pair.consequent_name as before,
    coalesce(antecedent.category_after, antecedent.category_before) as category,
    antecedent.posts_before,
from direct_pair
left join tag_pair as antecedent on antecedent.name = direct_pair.antecedent_name
where not direct_pair.is_new
order by
    antecedent.posts_before desc nulls last,
    antecedent.rank_before nulls last,
    direct_pair.antecedent_name,
    direct_pair.consequent_name
