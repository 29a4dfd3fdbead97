-- post_row: a well-formed row of the posts export, in order; drop_reason is null if it is kept.
-- row_fault: why it must be several rows; null if it need not be.
-- names: its tags and the tag of its rating, each followed by a space; empty if it is dropped.
-- input: posts_csv (builder/inputs.py)
-- temporary: not in the finished database
create temp view post_row as
with judged as (
    select
        *,
        case
            when id is null then 'no id'
            when is_deleted and not getvariable('include_deleted') then 'deleted'
            when
                coalesce(lower(file_ext), '') not in ('jpg', 'png', 'webp')
                and not (
                    getvariable('all_files')
                    and coalesce(lower(file_ext), '') in ('gif', 'webm', 'mp4', 'swf')
                ) then 'file_ext'
        end as drop_reason,
    from posts_csv
)
select
    * exclude (tag_string, source, description, md5)
    replace (coalesce(is_deleted, false) as is_deleted),
    -- 32 characters that are a UUID are 32 hexadecimal digits; a regular expression takes 10 times as long.
    case when strlen(md5) = 32 and try_cast(md5 as uuid) is not null then md5 end as md5,
    case when getvariable('with_text') then source end as source,
    case when getvariable('with_text') then description end as description,
    -- Reading the texts finds invalid UTF-8 in them, even if they are not kept.
    coalesce(strlen(source), 0) + coalesce(strlen(description), 0) as text_size,
    if(
        drop_reason is null,
        concat(
            tag_string,
            case rating
                when 's' then ' rating_safe '
                when 'q' then ' rating_questionable '
                when 'e' then ' rating_explicit '
                else ' '
            end
        ),
        ''
    ) as names,
from judged;
