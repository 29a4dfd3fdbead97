-- by_id: a row of a view that is not used, with the reason: it has no id, or a later row has it.
create or replace temp table loser as
with numbered as (
    select row_number() over () as record, id
    from query_table($view)
)
select record, if(id is null, 'the id is empty', 'a later row has the same id') as reason
from numbered
qualify id is null or record < max(record) over (partition by id)
order by record
