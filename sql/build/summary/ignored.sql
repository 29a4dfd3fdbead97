-- ignored: one row with the aliases and implications of the export that have no effect.
select
    (
        select coalesce(list(antecedent_name order by antecedent_name), [])
        from alias_row
        anti join alias_dropped using (record)
        where status = 'active' and antecedent_name = consequent_name
    ) as self_aliases,
    -- On an alias cycle, or leading to one.
    (
        select coalesce(list(antecedent_name order by antecedent_name), [])
        from alias_edge
        anti join alias_end using (antecedent_name)
    ) as stuck_aliases,
    (
        select coalesce(list(antecedent_name order by antecedent_name), [])
        from implication_path
        where antecedent_name = consequent_name
    ) as implication_cycle
