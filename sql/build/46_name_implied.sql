-- name_implied: a name in use, by its number, and the id of a tag that it implies; rare names too.
create temp table name_implied as
select name_use.name_id, consequent.tag_id
from implied_name
join name_use on name_use.name = implied_name.antecedent_name
join ranked_tag as consequent on consequent.name = implied_name.consequent_name;
