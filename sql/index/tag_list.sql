-- tag_list: name, category, posts and aliases of a tag, most used first, for prompt editors.
-- If posts are not counted, they are estimated from the rank with e6db's curve, whose constants are
-- those of POSTS_OF_RANK in e6duck/index/ranks.py.
-- An alias that contains a comma is left out, as commas separate the aliases.
-- $min_posts: minimum posts of a tag.
with used as (
    select
        tag_id,
        name,
        category,
        coalesce(
            post_count,
            round(exp(
                26.4284 * if(tag_id = 0, 1, tanh(2.93505 * pow(greatest(tag_id, 1), -0.136501)))
                - 11.492
            ))
        )::bigint as post_count,
    from tags
)
select
    used.name,
    used.category,
    used.post_count,
    coalesce(
        (
            select string_agg(tag_aliases.antecedent_name, ',' order by tag_aliases.antecedent_name)
            from tag_aliases
            where
                tag_aliases.tag_id = used.tag_id
                and not contains(tag_aliases.antecedent_name, ',')
        ),
        ''
    ) as aliases,
from used
where used.post_count >= $min_posts
order by used.tag_id
