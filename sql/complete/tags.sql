-- tags: the names that begin with a text, most used first.
select name
from tags
where starts_with(name, $prefix)
order by tag_id
limit $count
