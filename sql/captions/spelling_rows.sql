-- spelling_rows: what some texts lead to.
-- $spellings: the texts
select spelling_row.*
from spelling_row
semi join (select unnest($spellings::varchar[]) as spelling) as asked
    on asked.spelling = spelling_row.spelling
