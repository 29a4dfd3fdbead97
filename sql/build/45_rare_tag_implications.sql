-- rare_tag_implications: a pair of the transitive closure whose antecedent is too rare for an id.
create table rare_tag_implications as
select
    implied_name.antecedent_name,
    consequent.tag_id as consequent_id,
    implied_name.depth::uinteger as depth,
from implied_name
join ranked_tag as consequent on consequent.name = implied_name.consequent_name
anti join ranked_tag as antecedent on antecedent.name = implied_name.antecedent_name
order by implied_name.antecedent_name, consequent_id;

comment on table rare_tag_implications is 'Like tag_implications, for an antecedent that is too rare for an id';
comment on column rare_tag_implications.antecedent_name is 'The tag that implies, used or not';
comment on column rare_tag_implications.consequent_id is 'The tag that is implied, as tags.tag_id';
comment on column rare_tag_implications.depth is 'Length of the shortest path; 1 is a direct implication';
