-- total: the numbers of posts, tags and so on, before and after.
with counted(name, before, after) as (
    select 'posts', (select count(*) from old.main.posts), (select count(*) from posts)
    union all
    select 'tags with an id', (select count(*) from old.main.tags), (select count(*) from tags)
    union all
    select 'rare tags', (select count(*) from old.main.rare_tags), (select count(*) from rare_tags)
    union all
    select 'aliases', (select count(*) from old.main.tag_aliases), (select count(*) from tag_aliases)
    union all
    select
        'direct implications',
        (select count(*) from old.main.tag_implications where depth = 1)
            + (select count(*) from old.main.rare_tag_implications where depth = 1),
        (select count(*) from tag_implications where depth = 1)
            + (select count(*) from rare_tag_implications where depth = 1)
)
select name, before::varchar as before, after::varchar as after
from counted
