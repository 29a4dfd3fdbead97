-- cooccurring: the tags on the posts of a tag, with measures of similarity.
-- cosine: common / sqrt(n_a n_b); jaccard: common / either; lift: times as often as by chance.
create macro cooccurring(tag_name, min_count := 1) as table
with mine as (
    select posts.tag_ids
    from posts
    where list_contains(posts.tag_ids, tag_id(tag_name))
),
shared as (
    select held.other_id, count(*) as common_count
    from (select unnest(mine.tag_ids) as other_id from mine) as held
    where held.other_id <> tag_id(tag_name)
    group by held.other_id
),
total as (
    select count(*) as post_count, (select count(*) from mine) as tag_count
    from posts
)
select
    tags.tag_id,
    tags.name,
    tags.category_name,
    shared.common_count,
    shared.common_count / sqrt(total.tag_count::double * tags.tagged_count) as cosine,
    shared.common_count / (total.tag_count + tags.tagged_count - shared.common_count) as jaccard,
    shared.common_count * total.post_count::double / (total.tag_count::double * tags.tagged_count)
        as lift,
from shared
join tags on tags.tag_id = shared.other_id
cross join total
where shared.common_count >= min_count
order by shared.common_count desc, tags.tag_id;

comment on macro table cooccurring is 'The tags on the posts of a tag, with count, cosine, Jaccard and lift: from cooccurring(''fox'')';
