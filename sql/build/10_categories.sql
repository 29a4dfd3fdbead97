-- categories: the categories of tags, with the site's short names and colors.
-- Pool is e6db's own kind; it is listed because index files may hold it.
create table categories (
    category utinyint primary key,
    name varchar not null,
    short_names varchar[] not null,
    color varchar not null,
    alt_color varchar not null,
);

insert into categories values
    (0, 'general', ['gen'], '#b4c7d9', '#2e76b4'),
    (1, 'artist', ['art'], '#f2ac08', '#fbd67f'),
    (2, 'contributor', ['cont', 'contrib'], '#c0c0c0', '#71706e'),
    (3, 'copyright', ['copy', 'co'], '#dd00dd', '#ff5eff'),
    (4, 'character', ['char', 'ch', 'oc'], '#00aa00', '#2bff2b'),
    (5, 'species', ['spec'], '#ed5d1f', '#f6b295'),
    (6, 'invalid', ['inv'], '#ff3d3d', '#ffbdbd'),
    (7, 'meta', [], '#ffffff', '#666666'),
    (8, 'lore', ['lor'], '#228822', '#5fdb5f'),
    (9, 'pool', [], 'wheat', '#d0b27a');

comment on table categories is 'A category of tags: its id on the site, names and colors';
comment on column categories.category is 'Id on the site, as in tags.category';
comment on column categories.name is 'Name, as in tags.category_name';
comment on column categories.short_names is 'Other names that the site accepts';
comment on column categories.color is 'CSS color on a dark page';
comment on column categories.alt_color is 'CSS color on a light page';
