-- rating: the posts of a rating, from safe to explicit.
with named(letter, place, name) as (
    values ('s', 1, 'safe'), ('q', 2, 'questionable'), ('e', 3, 'explicit')
)
select coalesce(named.name, 'another or none') as rating, count(*) as posts
from posts
left join named on named.letter = posts.rating
group by named.name, named.place
order by named.place nulls last
