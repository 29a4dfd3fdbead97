-- all_spelling_rows: what all texts lead to.
from spelling_row
