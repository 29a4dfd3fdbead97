-- search_tags: the tags whose name or alias matches a pattern with * and ?, most used first.
create macro search_tags(pattern) as table
with fitting as (
    select tags.tag_id, cast(null as varchar) as alias_name
    from tags
    where tags.name glob replace(replace(pattern, '\', '\\'), '[', '[[]')
    union all
    select tag_aliases.tag_id, tag_aliases.antecedent_name
    from tag_aliases
    where
        tag_aliases.tag_id is not null
        and tag_aliases.antecedent_name glob replace(replace(pattern, '\', '\\'), '[', '[[]')
)
select
    tags.tag_id,
    tags.name,
    tags.category_name,
    tags.post_count,
    list(fitting.alias_name order by fitting.alias_name)
        filter (fitting.alias_name is not null) as fitting_aliases,
from fitting
join tags on tags.tag_id = fitting.tag_id
group by all
order by tags.tag_id;

comment on macro table search_tags is 'The tags whose name or alias matches a pattern with * and ?: from search_tags(''fo*'')';
