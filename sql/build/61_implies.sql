-- implies: what a tag implies, nearest first.
create macro implies(tag_name) as table
select tags.tag_id, tags.name, tags.category_name, tags.post_count, tag_implications.depth
from tag_implications
join tags on tags.tag_id = tag_implications.consequent_id
where tag_implications.antecedent_id = tag_id(tag_name)
union all
select tags.tag_id, tags.name, tags.category_name, tags.post_count, rare_tag_implications.depth
from rare_tag_implications
join tags on tags.tag_id = rare_tag_implications.consequent_id
where rare_tag_implications.antecedent_name in (
    select coalesce(tag_aliases.consequent_name, spelling.name)
    from (select unnest([tag_name, replace(lower(tag_name), ' ', '_')]) as name) as spelling
    left join tag_aliases on tag_aliases.antecedent_name = spelling.name
)
order by depth, tag_id;

comment on macro table implies is 'What a tag implies, nearest first: from implies(''red_fox'')';
