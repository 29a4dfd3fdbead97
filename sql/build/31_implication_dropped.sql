-- implication_dropped: the active implications that are not used, with the reason.
create temp table implication_dropped as
select record, 'a name is empty' as reason
from implication_row
where status = 'active' and (antecedent_name <> '' and consequent_name <> '') is not true;
