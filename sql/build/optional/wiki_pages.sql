-- wiki_pages: a page of the site's wiki, mostly about the tag that is its title.
create table wiki_pages as
select id, title, body, parent, created_at, updated_at, creator_id, updater_id, is_locked
from wiki_pages_used
order by id;

comment on table wiki_pages is 'A page of the wiki; exists only if the file was in the folder';
comment on column wiki_pages.id is 'Id on the site';
comment on column wiki_pages.title is 'Title; usually the name of a tag, as in tags.name';
comment on column wiki_pages.body is 'Text, in the markup of the site';
comment on column wiki_pages.parent is 'Title of the page that it redirects to';
comment on column wiki_pages.created_at is 'When it was made, in UTC';
comment on column wiki_pages.updated_at is 'When it was last changed, in UTC';
comment on column wiki_pages.creator_id is 'The user who made it';
comment on column wiki_pages.updater_id is 'The user who changed it last';
comment on column wiki_pages.is_locked is 'Whether it is locked';
