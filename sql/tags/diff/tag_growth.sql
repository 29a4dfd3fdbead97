-- tag_growth: a tag that both builds know, and how its share of the posts has grown: 2 is twice the share.
-- Ten posts more on either side keep a tag of few posts from growing without bound. Where a build has
-- no posts, ranks stand for shares: by Zipf's law the one falls as the other grows.
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
