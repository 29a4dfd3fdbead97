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

comment on table artists is 'An artist that the site knows; loaded where its file is there';
comment on column artists.id is 'Id on the site';
comment on column artists.name is 'Name, mostly that of a tag, as tags.name';
comment on column artists.other_names is 'Other names; null where the export has none';
comment on column artists.group_name is 'Group that the artist belongs to';
comment on column artists.linked_user_id is 'The user of the site that the artist is';
comment on column artists.is_active is 'Whether it is not deleted';
comment on column artists.is_locked is 'Whether it may not be changed';
comment on column artists.creator_id is 'The user who made it';
comment on column artists.created_at is 'When it was made, in UTC';
comment on column artists.updated_at is 'When it was last changed, in UTC';
comment on column artists.active_urls is 'Addresses of the artist; null where none is known';
comment on column artists.inactive_urls is 'Addresses that are no more';
