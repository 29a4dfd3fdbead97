-- from_index: one row with what an import found in the index files.
select
    (select count(*) from tag_factors) as vector_count,
    (
        select coalesce(list(antecedent_name order by antecedent_name), [])
        from closed_pair
        where antecedent_name = consequent_name
    ) as implication_cycle,
    (select coalesce(list(content order by content), []) from lost_row) as lost_names
