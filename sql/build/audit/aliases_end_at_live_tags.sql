-- aliases_end_at_live_tags: an alias leads to a ranked tag and has its id, or to a rare tag.
select tag_aliases.antecedent_name, tag_aliases.consequent_name, tag_aliases.tag_id
from tag_aliases
left join tags on tags.name = tag_aliases.consequent_name
left join rare_tags on rare_tags.name = tag_aliases.consequent_name
where
    tag_aliases.tag_id is distinct from tags.tag_id
    or (tags.tag_id is null and rare_tags.name is null)
