-- by_id: a numbered row that is not used, with the reason: it has no id, or a later row has it.
select record, if(id is null, 'the id is empty', 'a later row has the same id') as reason
from query_table($rows)
qualify id is null or record < max(record) over (partition by id)
order by record
