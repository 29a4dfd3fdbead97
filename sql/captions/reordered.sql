-- reordered: the known tags that have the words of a text in another order; an alias counts for its tag.
-- $spellings: the texts, with underscores
with asked as (
    select
        spelling,
        list_sort(string_split(spelling, '_')) as words,
    from (select distinct unnest($spellings::varchar[]) as spelling)
    where contains(spelling, '_')
)
select
    asked.spelling,
    known.name,
from asked
join known_names as known
    on strlen(known.spelling) = strlen(asked.spelling)
    and list_sort(string_split(known.spelling, '_')) = asked.words
where known.spelling <> asked.spelling
group by asked.spelling, known.name
order by asked.spelling, max(coalesce(known.post_count, 0)) desc, known.name
