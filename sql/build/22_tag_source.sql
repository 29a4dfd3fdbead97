-- tag_source: what the export says about a name, one row per name.
create temp table tag_source as
select name, category, site_post_count
from tag_row
anti join tag_dropped using (record);
