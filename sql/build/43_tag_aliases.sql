-- tag_aliases: an active alias with its chain resolved.
create table tag_aliases as
select alias_end.antecedent_name, alias_end.consequent_name, ranked_tag.tag_id
from alias_end
left join ranked_tag on ranked_tag.name = alias_end.consequent_name
order by alias_end.antecedent_name;

comment on table tag_aliases is 'An active alias with its chain resolved; self-aliases and cycles are left out';
comment on column tag_aliases.antecedent_name is 'The name that is replaced, wherever it is used';
comment on column tag_aliases.consequent_name is 'The name at the end of its chain';
comment on column tag_aliases.tag_id is 'Id of the consequent; null when it is a rare tag';
