-- artists: an artist that the site knows, whose tag has the same name.
-- PostgreSQL writes an array as {a,"b, c"}: in quotes, \ stands before a quote and itself.
create table artists as
select
    id,
    name,
    list_transform(
        list_filter(
            regexp_extract_all(other_names, '"(?:[^"\\]|\\.)*"|[^,{}"]+'),
            lambda other_name: other_name <> 'NULL'
        ),
        lambda other_name: if(
            starts_with(other_name, '"'),
            regexp_replace(other_name[2:-2], '\\(.)', '\1', 'g'),
            other_name
        )
    ) as other_names,
    group_name,
    linked_user_id,
    is_active,
    is_locked,
    creator_id,
    created_at,
    updated_at,
    string_split_regex(nullif(trim(active_urls), ''), '\s+') as active_urls,
    string_split_regex(nullif(trim(inactive_urls), ''), '\s+') as inactive_urls,
from artists_used
order by id;

comment on table artists is 'An artist that the site knows; exists only if the file was in the folder';
comment on column artists.id is 'Id on the site';
comment on column artists.name is 'Name; usually that of a tag, as in tags.name';
comment on column artists.other_names is 'Other names; null if the export has none';
comment on column artists.group_name is 'Group that the artist belongs to';
comment on column artists.linked_user_id is 'The artist''s user account on the site';
comment on column artists.is_active is 'False if it is deleted';
comment on column artists.is_locked is 'Whether it is locked';
comment on column artists.creator_id is 'The user who made it';
comment on column artists.created_at is 'When it was made, in UTC';
comment on column artists.updated_at is 'When it was last changed, in UTC';
comment on column artists.active_urls is 'Addresses of the artist; null if none is known';
comment on column artists.inactive_urls is 'Addresses that no longer work';
