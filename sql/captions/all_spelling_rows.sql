-- all_spelling_rows: what all texts lead to that are not the name of the tag; see all_names.
select spelling, kind, name, tag_id, category, use_count
from spelling_row
where kind <> 'name'
