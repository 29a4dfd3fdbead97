-- tag2idx: the rows of tag2idx.parquet: every tag with an id, and every alias of one.
select tag_id as index, name as tag
from tags
union all
select tag_id, antecedent_name
from tag_aliases
where tag_id is not null
order by tag
