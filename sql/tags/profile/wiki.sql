-- wiki: the first paragraph of the wiki page of a tag, without markup.
with paragraph as (
    select unnest(string_split(replace(body, chr(13), ''), chr(10) || chr(10))) as marked
    from wiki_pages
    where title = $name
),
plain as (
    select
        trim(regexp_replace(
            regexp_replace(
                -- A link shows its second part, else its first.
                regexp_replace(marked, '(?:\[\[|\{\{)(?:[^\]\}|]*\|)?([^\]\}|]+)(?:\]\]|\}\})', '\1', 'g'),
                '"([^"]+)":\S*[^\s.,;:!?)]', '\1', 'g'
            ),
            '\[/?[a-z]+(?:[=,#][^\]]*)?\]|(?:thumb|post) #\d+', '', 'g'
        )) as text,
        marked,
    from paragraph
)
select regexp_replace(text, '\s+', ' ', 'g')
from plain
-- Headings and pictures are not paragraphs.
where text <> '' and not regexp_matches(marked, '^\s*h[1-6]\.')
limit 1
