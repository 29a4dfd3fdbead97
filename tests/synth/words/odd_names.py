"""Tag names that trip programs: words for nothing, numbers, faces, quotes, scripts, old rules."""

# ruff: noqa: RUF001 (letters that look like others are the point here)

# They look like missing values, numbers or truth values, and are text all the same.
LOOKALIKES = (
    "null",
    "nan",
    "n/a",
    "none",
    "true",
    "false",
    "007",
    "1e5",
    "-0",
    "inf",
    "16:9",
    "2026",
    "0x1f",
)

FACES = (":3", ">:)", ">:", "^_^", ":d", "o_o", "<3", "=_=", "\\m/", "...", "?!", "+_+")

PUNCTUATION = (
    '"pepper"_tailfeather',
    "o'harrow",
    "rock_'n'_roll_band",
    "salt_&_pepper",
    "a+",
    "c++_compiler",
    "semi;colon",
    "back\\slash",
    "{curly}",
    "question?",
    "50/50",
    "at@sign",
    "pipe|line",
    "[bracket]",
    "$price_tag",
    "equals=sign",
)

# Made before today's rules: a comma, a hash, leading marks, more than a hundred characters.
OLD_RULES = (
    "paws,_claws_and_tails",
    "1,001_nights_tea_house",
    "#hashtag",
    "100%_wool",
    "~tilde",
    "_leading",
    "trailing_",
    "star*fish",
    "the_very_long_title_of_a_picture_book_about_a_badger_who_walked_to_the_sea_and_back_"
    "again_with_a_lantern_a_kettle_and_a_map",
)

SCRIPTS = (
    "crème_brûlée",
    "jalapeño",
    "smörgåsbord",
    "naïve_art",
    "łódka",
    "ñandú",
    "лиса",
    "чайник",
    "снег",
    "きつね",
    "たぬき",
    "カフェ",
    "森の茶屋",
    "ｆｕｌｌ_ｗｉｄｔｈ",
    "全角\u3000空白",
    "Ωmega_fields",
    "Éclair_pâtisserie",
    "🦊",
    "☕_time",
    "♪",
    # An invisible LEFT-TO-RIGHT MARK at the end.
    "lantern_glass\u200e",
    "½_moon",
)

ALL = LOOKALIKES + FACES + PUNCTUATION + OLD_RULES + SCRIPTS
