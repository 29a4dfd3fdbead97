-- matches: the names that a regular expression matches as a whole.
-- $names: the names to test
-- $pattern: the expression
select name
from (select distinct unnest($names::varchar[]) as name)
where regexp_full_match(name, $pattern)
