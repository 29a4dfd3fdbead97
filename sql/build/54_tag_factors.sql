-- tag_factors: the vector of a tag; empty until training.
create table tag_factors (
    tag_id uinteger not null,
    factors float[256] not null,
);

comment on table tag_factors is 'The vector of a tag, made by training; empty before';
comment on column tag_factors.tag_id is 'The tag, as tags.tag_id';
comment on column tag_factors.factors is 'Its coordinates; similar tags have a high cosine';
