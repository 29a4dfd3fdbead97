-- implied_by: the tags that imply a tag, nearest first.
create macro implied_by(tag_name) as table
select tags.tag_id, tags.name, tags.category_name, tags.post_count, tag_implications.depth
from tag_implications
join tags on tags.tag_id = tag_implications.antecedent_id
where tag_implications.consequent_id = tag_id(tag_name)
order by tag_implications.depth, tags.tag_id;

comment on macro table implied_by is 'The tags that imply a tag, nearest first: from implied_by(''canine'')';
