-- implication_row: a well-formed row of the implication export, numbered in the order of the file.
create temp table implication_row as
select
    row_number() over () as record,
    antecedent_name,
    consequent_name,
    status,
    descendant_names,
from tag_implications_csv;
