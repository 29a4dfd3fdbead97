-- tag_dropped: a row of the tags export that is not used, and why: no name, or a later row has it.
create temp table tag_dropped as
with repeated as (
    select name, max(record) as last_record
    from tag_row
    group by name
    having count(*) > 1
)
select tag_row.record, 'a later row has the same name' as reason
from tag_row
join repeated on repeated.name = tag_row.name
where tag_row.record < repeated.last_record and tag_row.name <> ''
union all
select record, 'the name is empty'
from tag_row
where name is null or name = '';
