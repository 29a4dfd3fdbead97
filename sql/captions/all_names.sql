-- all_names: the tags that spellings may lead to.
select name, tag_id, category, use_count
from spelling_row
where kind = 'name'
