-- alias_row: a well-formed row of the alias export, numbered in the order of the file.
-- input: tag_aliases_csv (builder/inputs.py)
-- temporary: not in the finished database
create temp view alias_row as
select record, antecedent_name, consequent_name, status
from tag_aliases_csv;
