-- tags: the names that begin with a text, most used first.
-- Bounds are faster than starts_with(); 1114111 is the last code point.
select name
from tags
where name >= $prefix and name < $prefix || chr(1114111)
order by tag_id
limit $count
