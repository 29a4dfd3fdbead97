-- tag_id: the id of a tag by any of its names; null when it has none.
-- A name that is not known as it stands is tried in the site's spelling.
create macro tag_id(tag_name) as (
    select coalesce(min(found.tag_id) filter (found.is_exact), min(found.tag_id))
    from (
        select tags.tag_id, tags.name = tag_name as is_exact
        from tags
        where tags.name in (tag_name, replace(lower(tag_name), ' ', '_'))
        union all
        select tag_aliases.tag_id, tag_aliases.antecedent_name = tag_name
        from tag_aliases
        where tag_aliases.antecedent_name in (tag_name, replace(lower(tag_name), ' ', '_'))
    ) as found
);

comment on macro tag_id is 'The id of a tag by its name or an alias: select tag_id(''fox'')';
