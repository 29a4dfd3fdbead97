-- used_words: the words that are a word of a known tag or alias.
-- $words: the words to look up
select distinct word
from (select unnest(string_split(spelling, '_')) as word from known_names)
semi join (select unnest($words::varchar[]) as asked) as asked
    on asked.asked = word
