-- aliases_end_at_live_tags: the consequent of an alias is a ranked tag, by its id, or a rare one.
select tag_aliases.antecedent_name, tag_aliases.consequent_name, tag_aliases.tag_id
from tag_aliases
left join tags on tags.name = tag_aliases.consequent_name
left join rare_tags on rare_tags.name = tag_aliases.consequent_name
where
    tag_aliases.tag_id is distinct from tags.tag_id
    or (tags.tag_id is null and rare_tags.name is null)
