-- tag_growth: a tag that both builds know, and the growth of its share of the posts: 2 is twice the share.
-- Ten posts are added on both sides, so that a tag with few posts does not grow without bound. If a
-- build has no posts, ranks replace shares: by Zipf's law one is the inverse of the other.
create or replace temp view tag_growth as
with total as (
    select
        nullif((select count(*) from old.main.posts), 0) as posts_before,
        nullif((select count(*) from posts), 0) as posts_after,
),
floored as (
    select *, 10 / greatest(posts_before, posts_after) as share
    from total
)
select
    tag_pair.name,
    tag_pair.category_after as category,
    tag_pair.rank_before,
    tag_pair.rank_after,
    tag_pair.posts_before,
    tag_pair.posts_after,
    round(
        coalesce(
            (tag_pair.posts_after / floored.posts_after + floored.share)
                / (tag_pair.posts_before / floored.posts_before + floored.share),
            (tag_pair.rank_before + 100) / (tag_pair.rank_after + 100)
        ),
        3
    ) as growth,
from tag_pair
cross join floored
where tag_pair.was_known and tag_pair.is_known;
