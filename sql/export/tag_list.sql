-- tag_list: name, category, posts and aliases of a tag, most used first, for prompt editors.
-- An alias with a comma cannot stand in a list that commas separate.
select
    tags.name,
    tags.category,
    tags.post_count,
    coalesce(
        (
            select string_agg(tag_aliases.antecedent_name, ',' order by tag_aliases.antecedent_name)
            from tag_aliases
            where
                tag_aliases.tag_id = tags.tag_id
                and not contains(tag_aliases.antecedent_name, ',')
        ),
        ''
    ) as aliases,
from tags
where tags.post_count >= $min_posts
order by tags.tag_id
