-- no_tag_implies_itself: no tag implies itself, and no two tags imply each other.
select one.antecedent_id, one.consequent_id
from tag_implications as one
left join tag_implications as other
    on other.antecedent_id = one.consequent_id and other.consequent_id = one.antecedent_id
where one.antecedent_id = one.consequent_id or other.antecedent_id is not null
