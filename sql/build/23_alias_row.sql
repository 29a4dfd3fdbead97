-- alias_row: a well-formed row of the alias export, numbered in the order of the file.
create temp table alias_row as
select row_number() over () as record, antecedent_name, consequent_name, status
from tag_aliases_csv;
