-- implication_dropped: an active implication that is not used, and why.
create temp table implication_dropped as
select record, 'a name is empty' as reason
from implication_row
where status = 'active' and (antecedent_name <> '' and consequent_name <> '') is not true;
