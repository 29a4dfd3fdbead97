-- cooccurring: raises an error, because it counts posts and index files have none.
create macro cooccurring(tag_name, min_count := 1) as table
select
    null::uinteger as tag_id,
    null::varchar as name,
    null::varchar as category_name,
    null::bigint as common_count,
    null::double as cosine,
    null::double as jaccard,
    null::double as lift,
where
    error('cooccurring counts posts, and this database has none: it was imported from index files;'
        || ' e6duck build makes one with posts')::boolean;

comment on macro table cooccurring is 'The tags on the posts of a tag, with count, cosine, Jaccard and lift: from cooccurring(''fox'')';
