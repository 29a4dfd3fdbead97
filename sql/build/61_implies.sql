-- implies: what a tag implies, nearest first.
-- A tag that is too rare for an id is found by its name or an alias, as in tag_id().
create macro implies(tag_name) as table
select tags.tag_id, tags.name, tags.category_name, tags.post_count, tag_implications.depth
from tag_implications
join tags on tags.tag_id = tag_implications.consequent_id
where tag_implications.antecedent_id = tag_id(tag_name)
union all
select tags.tag_id, tags.name, tags.category_name, tags.post_count, rare_tag_implications.depth
from rare_tag_implications
join tags on tags.tag_id = rare_tag_implications.consequent_id
where tag_id(tag_name) is null and rare_tag_implications.antecedent_name = (
    select coalesce(
        min(known.name) filter (known.spelling in (tag_name, replace(trim(tag_name), ' ', '_'))),
        min(known.name) filter (known.spelling = lower(known.spelling)),
        min(known.name)
    )
    from (
        select antecedent_name as spelling, antecedent_name as name
        from rare_tag_implications
        union all
        select tag_aliases.antecedent_name, tag_aliases.consequent_name
        from tag_aliases
        where tag_aliases.tag_id is null
    ) as known
    where lower(known.spelling) = lower(replace(trim(tag_name), ' ', '_'))
)
order by depth, tag_id;

comment on macro table implies is 'What a tag implies, nearest first: from implies(''red_fox'')';
