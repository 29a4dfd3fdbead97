-- stamp: what identifies the vectors: the build, a hash of their content, and their length.
select
    (select value from build_info where name = 'build_id'),
    (select bit_xor(hash(tag_id, factors))::varchar from tag_factors),
    (select max(len(factors)) from tag_factors)
