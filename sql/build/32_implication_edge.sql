-- implication_edge: a direct implication between two different names, both after aliases, once.
-- temporary: not in the finished database
create temp table implication_edge as
with mapped as (
    select
        coalesce(antecedent.consequent_name, implication_row.antecedent_name) as antecedent_name,
        coalesce(consequent.consequent_name, implication_row.consequent_name) as consequent_name,
    from implication_row
    anti join implication_dropped using (record)
    left join alias_end as antecedent
        on antecedent.antecedent_name = implication_row.antecedent_name
    left join alias_end as consequent
        on consequent.antecedent_name = implication_row.consequent_name
    where implication_row.status = 'active'
)
select distinct antecedent_name, consequent_name
from mapped
where antecedent_name <> consequent_name;
