-- by_id: the rows of a table that are not used, with the reason: no id, or a later row has the id.
-- $rows: name of the table, with the columns record and id.
select record, if(id is null, 'the id is empty', 'a later row has the same id') as reason
from query_table($rows)
qualify id is null or record < max(record) over (partition by id)
order by record
