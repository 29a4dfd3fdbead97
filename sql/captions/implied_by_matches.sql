-- implied_by_matches: the tags that are implied by a tag whose name matches a pattern.
-- The name counts in each form that the rules may write.
-- $tag_ids: the tags to look for
-- $pattern: a regular expression
-- $artist_by_prefix, $remove_parens: how names are written
with pair as (
    select antecedent.name, antecedent.category, tag_implications.consequent_id
    from tag_implications
    join tags as antecedent on antecedent.tag_id = tag_implications.antecedent_id
    union all
    select rare_tags.name, rare_tags.category, rare_tag_implications.consequent_id
    from rare_tag_implications
    join rare_tags on rare_tags.name = rare_tag_implications.antecedent_name
),
wanted as (
    select pair.name, pair.category, pair.consequent_id
    from pair
    semi join (select unnest($tag_ids::uinteger[]) as tag_id) as asked
        on asked.tag_id = pair.consequent_id
),
written as (
    select
        wanted.name,
        wanted.category,
        wanted.consequent_id,
        if(
            $remove_parens and suffix(wanted.name, concat('_(', categories.name, ')')),
            left(wanted.name, -length(concat('_(', categories.name, ')'))),
            wanted.name
        ) as bare_name,
    from wanted
    join categories on categories.category = wanted.category
)
select consequent_id, min(name) as antecedent_name
from written
where
    regexp_full_match(name, $pattern)
    or regexp_full_match(bare_name, $pattern)
    or (
        $artist_by_prefix
        and category = 1
        and not starts_with(bare_name, 'by_')
        and regexp_full_match(concat('by_', bare_name), $pattern)
    )
group by consequent_id
