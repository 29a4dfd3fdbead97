-- implication_row: a well-formed row of the implication export, numbered in the order of the file.
-- input: tag_implications_csv (builder/inputs.py)
-- temporary: not in the finished database
create temp view implication_row as
select
    record,
    antecedent_name,
    consequent_name,
    status,
    descendant_names,
from tag_implications_csv;
