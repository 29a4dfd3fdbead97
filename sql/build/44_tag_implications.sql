-- tag_implications: a pair of the transitive closure, both with ids.
create table tag_implications as
select
    antecedent.tag_id as antecedent_id,
    consequent.tag_id as consequent_id,
    implied_name.depth::uinteger as depth,
from implied_name
join ranked_tag as antecedent on antecedent.name = implied_name.antecedent_name
join ranked_tag as consequent on consequent.name = implied_name.consequent_name
order by antecedent_id, consequent_id;

comment on table tag_implications is 'A pair of the transitive closure of the active implications';
comment on column tag_implications.antecedent_id is 'The tag that implies, as tags.tag_id';
comment on column tag_implications.consequent_id is 'The tag that is implied, as tags.tag_id';
comment on column tag_implications.depth is 'Length of the shortest path; 1 is a direct implication';
