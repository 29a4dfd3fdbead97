-- tags: the names that begin with a text, most used first.
-- The bounds are found quicker than by starts_with(); no character is beyond the last one.
select name
from tags
where name >= $prefix and name < $prefix || chr(1114111)
order by tag_id
limit $count
