-- tag_names_are_unique: a name is a ranked tag, a rare tag or an alias, and only one of these.
with known as (
    select name from tags
    union all
    select name from rare_tags
    union all
    select antecedent_name from tag_aliases
)
select name, count(*) as meanings
from known
group by name
having count(*) > 1
