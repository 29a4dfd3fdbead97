-- cooccurring_tags: the tags on the posts of a tag, with count, cosine, Jaccard and lift.
-- $tag: its name or an alias
-- $min_count = 10: minimum number of common posts
-- $order = cosine: by common_count, cosine, jaccard or lift
-- $count = 20: maximum number of tags
select name, category_name, common_count, cosine, jaccard, lift
from cooccurring($tag, min_count := $min_count::bigint)
order by
    case $order
        when 'common_count' then common_count
        when 'cosine' then cosine
        when 'jaccard' then jaccard
        when 'lift' then lift
        else error('order must be common_count, cosine, jaccard or lift, not ' || $order)
    end desc,
    tag_id
limit $count::bigint
