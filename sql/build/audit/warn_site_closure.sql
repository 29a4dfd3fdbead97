-- warn_site_closure: active implications whose descendants on the site differ from the closure here.
-- The site's list can lag behind its implications, so that a difference is no error.
with claimed as (
    select
        implication_row.record,
        implication_row.antecedent_name,
        implication_row.consequent_name,
        -- An element of a PostgreSQL array is quoted where it holds a comma, brace or quote.
        regexp_extract_all(
            implication_row.descendant_names[2:-2], '"(?:[^"\\]|\\.)*"|[^",]+'
        ) as elements,
    from implication_row
    where implication_row.status = 'active' and implication_row.descendant_names is not null
),
descendant as (
    select
        claimed.record,
        case
            when element[1] = '"' then regexp_replace(element[2:-2], '\\(.)', '\1', 'g')
            else element
        end as name,
    from claimed, unnest(claimed.elements) as each_element(element)
),
site as (
    select distinct descendant.record, coalesce(alias_end.consequent_name, descendant.name) as name
    from descendant
    left join alias_end on alias_end.antecedent_name = descendant.name
),
ends as (
    select claimed.record, coalesce(alias_end.consequent_name, claimed.consequent_name) as name
    from claimed
    left join alias_end on alias_end.antecedent_name = claimed.consequent_name
),
ours as (
    select record, name from ends
    union
    select ends.record, implied_name.consequent_name
    from ends
    join implied_name on implied_name.antecedent_name = ends.name
),
different as (
    (select record, name from site except select record, name from ours)
    union
    (select record, name from ours except select record, name from site)
)
select claimed.antecedent_name, claimed.consequent_name
from claimed
semi join different on different.record = claimed.record
