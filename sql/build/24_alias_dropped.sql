-- alias_dropped: an active alias that is not used, and why.
create temp table alias_dropped as
with active as (
    select
        record,
        antecedent_name,
        antecedent_name <> '' and consequent_name <> '' as is_named,
    from alias_row
    where status = 'active'
)
select record, 'a name is empty' as reason
from active
where is_named is not true
union all
select record, 'a later active alias has the same antecedent'
from active
where is_named
qualify record < max(record) over (partition by antecedent_name);
