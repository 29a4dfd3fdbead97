-- Every kind of value that is easy to write wrongly; the first row is the plain one.
select * replace (float32::float as float32)
from (
    values
        (
            1, 'plain', true, 1.50, 0.5, 0.1, timestamp '2007-02-10 07:08:33.1234',
            date '2007-02-10', interval '1 month 2 days', [1, 2], {'name': 'fox', 'count': 1},
            'a'::blob, 'c4ca4238-a0b9-2382-0dcc-509a6f75849b'::uuid
        ),
        (
            9007199254740993, 'comma, "quote" and ''apostrophe''', false, -0.01, 'nan',
            'infinity', 'infinity', '-infinity', interval '0 days', [], {'name': null, 'count': null},
            ''::blob, null
        ),
        (
            -170141183460469231731687303715884105728, 'line' || chr(10) || 'break', null, 0.00,
            'infinity', 1e30, '1066-10-14 00:00:00', '12000-01-01', interval '-90 minutes', [null],
            {'name': 'a "b" | c', 'count': 2}, '\x00\xFF'::blob, null
        ),
        (0, 'tab' || chr(9) || 'pipe | back\slash', null, 99999999.99, '-infinity', -1e-30, null, null, null, null, null, null, null),
        (0, 'return' || chr(13) || 'only', null, null, 1e300, null, null, null, null, null, null, null, null),
        (0, 'wide 漢字 emoji 🦊 accent e' || chr(769), null, null, null, null, null, null, null, null, null, null, null),
        (0, '', null, null, null, null, null, null, null, null, null, null, null),
        (null, null, null, null, null, null, null, null, null, null, null, null, null),
) as odd(
    whole, "text, odd", flag, money, float64, float32, moment, day, span, list, struct, bytes, uuid
)
