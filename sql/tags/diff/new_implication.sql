-- new_implication: a tag that implies another directly, and did not before.
select
    direct_pair.antecedent_name as name,
    direct_pair.consequent_name as after,
    antecedent.category_after as category,
    antecedent.posts_after,
from direct_pair
left join tag_pair as antecedent on antecedent.name = direct_pair.antecedent_name
where direct_pair.is_new
order by
    antecedent.posts_after desc nulls last,
    antecedent.rank_after nulls last,
    direct_pair.antecedent_name,
    direct_pair.consequent_name
