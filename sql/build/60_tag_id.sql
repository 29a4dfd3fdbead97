-- tag_id: the id of a tag by any of its names; null if it has none.
-- Spaces are read as underscores. First the name as it stands, then the site's spelling (lower case),
-- then any case.
create macro tag_id(tag_name) as (
    select coalesce(
        min(known.tag_id) filter (known.name in (tag_name, replace(trim(tag_name), ' ', '_'))),
        min(known.tag_id) filter (known.name = lower(known.name)),
        min(known.tag_id)
    )
    from (
        select tags.tag_id, tags.name
        from tags
        union all
        select tag_aliases.tag_id, tag_aliases.antecedent_name
        from tag_aliases
    ) as known
    where lower(known.name) = lower(replace(trim(tag_name), ' ', '_'))
);

comment on macro tag_id is 'The id of a tag by its name or an alias: select tag_id(''fox'')';
