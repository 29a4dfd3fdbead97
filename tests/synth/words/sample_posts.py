"""What a post of the sample shows, and under which names it says so."""

from collections import defaultdict

from . import links, odd_names, species, things
from .copy_format import words
from .dice import Dice
from .sample_graph import LinkGraph
from .sample_vocabulary import (
    ARTIST,
    CONTRIBUTOR,
    GENERAL,
    INVALID,
    LORE,
    SampleVocabulary,
    Topic,
    lineage,
    tree_edges,
)

CARRIES_IMPLIED = 0.96
# More than a quarter of the uses are of tags with an alias: this makes 0.4 % of all uses.
USES_ALIAS = 0.0145
KEEPS_BOTH_NAMES = 0.15

GENDERS = words("male female ambiguous_gender")
VIEWS = words("three-quarter_view front_view side_view close-up portrait full-length_portrait")
GAZES = words("looking_at_viewer looking_at_another looking_away looking_up")
BACKGROUNDS = words("detailed_background simple_background white_background scenery")
MEDIA = words("""
    digital_painting_(artwork) digital_drawing_(artwork) watercolor_(artwork) 3d_(artwork)
    graphite_(artwork) pixel_(artwork) ink_(artwork) oil_painting_(artwork)
""")
OTHER_META = words("""
    sketch signature comic line_art monochrome greyscale widescreen 1:1 4:3 dated url
    reference_sheet translated story_in_description sepia 16:10 low_res model_sheet
    alternate_version_at_source black_and_white_comic
""")
FILM_TAGS = words("animated short_playtime loop sound")
FILMS = ("gif", "webm", "mp4", "swf")


class PostModel:
    """Draws the tags of posts; one topic is most of a post."""

    def __init__(self, vocabulary: SampleVocabulary, graph: LinkGraph) -> None:
        rare = {*words(links.ONCE), *words(links.NEVER)}
        self._topics = vocabulary.topics
        self._graph = graph
        self._named = {
            category: [name for name in vocabulary.named(category) if name not in rare]
            for category in (ARTIST, CONTRIBUTOR, LORE, INVALID)
        }
        self._kinds = _children(things.GENERAL_TREE)
        self._parents = dict(tree_edges(species.TREE))
        self._noise = [
            name
            for name, category in vocabulary.categories.items()
            if category == GENERAL and name not in rare and not graph.is_alias(name)
        ]
        odd = odd_names.ALL + words(links.LOOSE)
        self._odd = [name for name in odd if graph.resolve(name) == name]

    def draw(self, dice: Dice, extension: str, year: int) -> list[str]:
        """Return a post's names in the order of code points."""
        topic = dice.favour(self._topics)
        tags = self._cast(dice, topic)
        tags += dice.some(topic.surroundings, 0.22)
        tags += self._looks(dice)
        tags += self._file_tags(dice, extension, year)
        tags += self._credits(dice)
        if dice.chance(0.5):
            tags.append(dice.favour(self._noise))
        if dice.chance(0.04):
            tags.append(dice.pick(self._odd))
        return sorted(self._spelt(dice, self._with_implied(dice, tags)))

    def _cast(self, dice: Dice, topic: Topic) -> list[str]:
        """Return who is in the picture."""
        size = dice.pick((1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4))
        tags = [("solo", "duo", "trio", "group")[size - 1]]
        kin = [dice.favour(topic.species)]
        if size > 1:
            other = topic if dice.chance(0.6) else dice.favour(self._topics)
            kin.append(dice.favour(other.species))
            tags += dice.some(("size_difference", "hugging", "looking_at_another"), 0.2)
        for one in kin:
            root = (lineage(one, self._parents) & things.CLASS_TAGS.keys()).pop()
            tags += dice.some(words(things.CLASS_TAGS[root]), 0.2)
            tags.append(dice.pick(GENDERS))
        if topic.characters and dice.chance(0.3):
            tags.append(dice.favour(topic.characters))
        tags.append("anthro" if dice.chance(0.7) else "feral")
        return tags + kin

    def _looks(self, dice: Dice) -> list[str]:
        """Return expression, pose, eyes, view and background."""
        optional = (
            (0.55, self._kinds["expression"]),
            (0.65, self._kinds["pose"]),
            (0.4, self._kinds["eye_colour"]),
            (0.3, VIEWS),
            (0.35, GAZES),
            (0.5, BACKGROUNDS),
            (0.2, self._kinds["clothing"]),
            (0.15, self._kinds["clothing_accessory"]),
            (0.1, self._kinds["holding_object"]),
            (0.15, ("open_mouth",)),
            (0.06, self._kinds["text"]),
        )
        return [dice.favour(names) for probability, names in optional if dice.chance(probability)]

    def _file_tags(self, dice: Dice, extension: str, year: int) -> list[str]:
        """Return what is said of the file rather than of the picture."""
        tags = dice.some(("hi_res",), 0.55) + dice.some(("absurd_res",), 0.12)
        tags += [dice.favour(MEDIA)] if dice.chance(0.6) else []
        tags += [dice.favour(OTHER_META)] if dice.chance(0.35) else []
        tags += dice.some(FILM_TAGS, 0.6) if extension in FILMS else []
        return tags + dice.some((str(year),), 0.6)

    def _credits(self, dice: Dice) -> list[str]:
        """Return artist and contributor, and rarely what is known beyond the picture."""
        chances = ((0.93, ARTIST), (0.04, ARTIST), (0.03, CONTRIBUTOR), (0.04, LORE))
        tags = [dice.favour(self._named[one]) for chance, one in chances if dice.chance(chance)]
        return tags + ([dice.pick(self._named[INVALID])] if dice.chance(0.012) else [])

    def _with_implied(self, dice: Dice, tags: list[str]) -> list[str]:
        """Return the tags and most of what they imply, each once."""
        carried = dict.fromkeys(tags)
        for tag in tags:
            carried.update(dict.fromkeys(dice.some(self._graph.implied(tag), CARRIES_IMPLIED)))
        return list(carried)

    def _spelt(self, dice: Dice, tags: list[str]) -> list[str]:
        """Return the tags with a few under an aliased name, or under both names."""
        names = []
        for tag in tags:
            aliases = self._graph.aliases_of(tag)
            spelling = dice.pick(aliases) if aliases and dice.chance(USES_ALIAS) else tag
            names.append(spelling)
            if spelling != tag and dice.chance(KEEPS_BOTH_NAMES):
                names.append(tag)
        return names


def _children(tree: str) -> dict[str, list[str]]:
    """Return the names directly below each name of a tree."""
    children: defaultdict[str, list[str]] = defaultdict(list)
    for name, parent in tree_edges(tree):
        if parent:
            children[parent].append(name)
    return children
