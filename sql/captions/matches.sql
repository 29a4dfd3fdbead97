-- matches: the names that a regular expression matches as a whole.
-- $names: the names asked about
-- $pattern: the expression
select name
from (select distinct unnest($names::varchar[]) as name)
where regexp_full_match(name, $pattern)
