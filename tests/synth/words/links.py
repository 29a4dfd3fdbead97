"""The sample's aliases and the quirks of its implications, `antecedent > consequent` a line."""

ALIASES = """
foxes > fox
vixen > fox
todd_(fox) > fox
vulpine > fox
kitsune_red > red_fox
vulpes_vulpes > red_fox
polar_fox > arctic_fox
fennec > fennec_fox
gray_fox > grey_fox
wolves > wolf
timber_wolf > grey_wolf
gray_wolf > grey_wolf
canis_lupus > grey_wolf
dog > domestic_dog
dogs > domestic_dog
doggy > domestic_dog
canis_familiaris > domestic_dog
collie > border_collie
wiener_dog > dachshund
sausage_dog > dachshund
welsh_corgi > corgi
shiba > shiba_inu
siberian_husky > husky
labrador > labrador_retriever
mutt > mixed_breed_dog
tanuki > raccoon_dog
cat > domestic_cat
cats > domestic_cat
kitty > domestic_cat
house_cat > domestic_cat
felis_catus > domestic_cat
siamese > siamese_cat
calico > calico_cat
tabby > tabby_cat
mountain_lion > cougar
puma_(animal) > cougar
catamount > cougar
manul > pallas's_cat
pallas_cat > pallas's_cat
lions > lion
tigers > tiger
amur_tiger > siberian_tiger
ounce_(animal) > snow_leopard
bears > bear
ursine > bear
grizzly > grizzly_bear
panda > giant_panda
panda_bear > giant_panda
moon_bear_(old) > black_bear
lesser_panda > red_panda
fire_cat_(animal) > red_panda
ermine > stoat
otters > otter
lutrine > otter
badgers > badger
ratel > honey_badger
raccoons > raccoon
racoon > raccoon
trash_panda > raccoon
polecat > european_polecat
suricate > meerkat
mice > mouse
rats > rat
squirrel > tree_squirrel
groundhog > marmot
woodchuck > marmot
cavy > guinea_pig
dormice > dormouse
bunny > rabbit
bunnies > rabbit
rabbits > rabbit
lapine > rabbit
hares > hare
horses > horse
equus_caballus > horse
ponies > pony
burro > donkey
cow > cattle
cows > cattle
highland_cow > highland_cattle
holstein > holstein_cattle
buffalo_(american) > bison
goats > goat
lamb_(animal) > sheep
caribou > reindeer
elk_(european) > moose
hog > pig
swine > pig
wild_boar > boar
roo > kangaroo
joey_(kangaroo) > kangaroo
tasmanian_tiger > thylacine
koala_bear > koala
bats > bat
megabat > fruit_bat
killer_whale > orca
sea_unicorn > narwhal
pinnipedia > pinniped
elephants > elephant
hedgehogs > hedgehog
hog_hedge > hedgehog
duckbill > platypus
rhino > rhinoceros
hippo > hippopotamus
hen > chicken
peacock > peafowl
ducks > duck
avian > bird
birds > bird
raptor_(bird) > bird_of_prey
owls > owl
crows > crow
budgie > budgerigar
parakeet > budgerigar
seagull > gull
penguins > penguin
hummer_bird > hummingbird
dove > pigeon
kakapo_(old) > kea
lizards > lizard
goanna > monitor_lizard
snakes > snake
serpent > snake
croc > crocodile
gator > alligator
turtles > turtle
frogs > frog
toads > toad
walking_fish > axolotl
sharks > shark
devilfish > manta_ray
nishikigoi > koi
butterflies > butterfly
moths > moth
bees > bee
bumble_bee > bumblebee
ladybug > ladybird
lightning_bug > firefly
praying_mantis > mantis
spiders > spider
octopi > octopus
slug_(sea) > sea_slug
clothes > clothing
attire > clothing
tee_shirt > t-shirt
jumper > sweater
pullover > sweater
hoody > hoodie
trousers > pants
blue_jeans > jeans
dungarees > overalls
galoshes > rubber_boots
wellies > rubber_boots
trainers > sneakers
woolly_hat > wool_hat
beanie > wool_hat
shades > sunglasses
spectacles > glasses
eyeglasses > glasses
rucksack > backpack
jewellery > jewelry
neckerchief > bandanna
bowtie > bow_tie
trees > tree
flowers > flower
palm > palm_tree
autumn_leaves > fallen_leaves
fall_(season) > autumn
toadstool > mushroom
biscuit > cookie
icecream > ice_cream
cocoa_(drink) > hot_chocolate
teacup > tea_cup
outdoors > outside
indoors > inside
woods > forest
woodland > forest
seaside > beach
ocean > sea
creek > stream
loft > attic
tree_house > treehouse
metropolis > city
submerged > underwater
sail_boat > sailboat
zeppelin > airship
blimp > airship
bike > bicycle
sledge > sled
torch_(electric) > flashlight
bonfire > campfire
tome > book
squeezebox > accordion
parasol_(paper) > paper_umbrella
magnifier > magnifying_glass
raining > rain
snowing > snowfall
foggy > fog
thunder_bolt > lightning
nighttime > night
daytime > day
sundown > sunset
sunrise > dawn
fluffy > fluffy_tail
smiling > smile
grin > big_smile
closed_eyes > eyes_closed
blushing > blush
sit > sitting
stand > standing
laying_down > lying
hug > hugging
viewer_gaze > looking_at_viewer
1animal > solo
two_animals > duo
three_animals > trio
scenic > scenery
white_bg > white_background
grey_fur_(old) > grey_fur
gray_fur > grey_fur
gray_body > grey_body
high_res > hi_res
highres > hi_res
absurdres > absurd_res
lowres > low_res
watercolour > watercolor_(artwork)
pencil_drawing > graphite_(artwork)
oil_painting > oil_painting_(artwork)
grayscale > greyscale
square_format > 1:1
has_sound > sound
ref_sheet > reference_sheet
oakmere_lanterns > lanterns_of_oakmere
tidewood > tidewood_tales
velmarra > nine_winters_in_velmarra
heron_book > "quite_so,"_said_the_heron
inkolanthe_draws > inkolanthe
quille_mara > quillemara
tove_lind > tovelind
tallowmere_art > tallowmere_(artist)
ember_tallowmere > ember_(tallowmere)
mossa > mossa_quellin
captain_saltwhistle > captain_reva_saltwhistle
zoe_hollowreed > zoë_hollowreed
tadeusz_los > tadeusz_łoś
noctyurna > ноктюрна
лиса > fox
きつね > fox
たぬき > raccoon_dog
снег > snow
カフェ > cafe
lantern_glass\u200e > lantern
crème_brulee > crème_brûlée
jalapeno > jalapeño
nothing_at_all > null
zero_zero_seven > 007
happy_cat_face > :3
angry_eyes > >:
rock_on > \\m/
"""

# Right for posts, wrong for captions: what these words mean depends on the picture.
TO_DISAMBIGUATION = """
aurora > aurora_(disambiguation)
bass > bass_(disambiguation)
bow > bow_(disambiguation)
crane > crane_(disambiguation)
mole > mole_(disambiguation)
orange > orange_(disambiguation)
ring > ring_(disambiguation)
springtime > spring_(disambiguation)
blurry > invalid_tag
nice_picture > invalid_tag
favourite > invalid_tag
misc > invalid_tag
tagme_please > invalid_tag
coloured > invalid_color
"""

# A chain of two steps, an alias of itself, a cycle of three with a way in, and one of two.
ODD_ALIASES = """
foxie > foxes_(old)
foxes_(old) > fox
ears. > ears.
sofa > couch
couch > settee
settee > sofa
chesterfield > couch
soda > fizzy_drink
fizzy_drink > soda
"""

# Old requests that have no effect; the last ones repeat active pairs, or contradict them.
INACTIVE_ALIASES = """
weasel > ferret | deleted
coyote > wolf | deleted
jackal > fox | deleted
hyena > domestic_dog | deleted
scarf > bandanna | deleted
smile > happy_cat_face | deleted
robe > kimono | pending
lute > guitar | pending
gibbon > monkey | pending
mug > cup | retired
vest > jacket | retired
kite > toy | queued
raft > boat | processing
dusk > dawn | error: undefined method `tag_count_' for an instance of Post
sedgelorne > sedgelorne_vi | error: Validation failed: Antecedent name, has already been taken
dog > canine | deleted
cat > felid | deleted
bunny > rabbit | deleted
vixen > fox | deleted
outdoors > outside | deleted
fox > vixen | deleted
"""

# Ends that are aliased names, as requests stay what they were when an end becomes an alias.
ALIASED_IMPLICATIONS = """
trainers > clothing
kitsune_red > orange_body
teacup > steam
holding_torch > torch_(electric)
"""

# Two tags that imply each other, and three in a ring; one of each leads out.
CYCLIC_IMPLICATIONS = """
tea_party > tea_time
tea_time > tea_party
tea_time > tea
dragon_kite > festival_kite
festival_kite > string_kite
string_kite > dragon_kite
dragon_kite > kite
"""

INACTIVE_IMPLICATIONS = """
fox > orange_body | deleted
wolf > grey_body | deleted
bear > brown_body | deleted
owl > night | deleted
bat > night | pending
duck > pond | pending
penguin > snow | pending
hi_res > digital_media_(artwork) | retired
robe > wizard_hat | retired
sailor_uniform > boat | queued
treasure_map > sea | processing
cave > night | error: undefined method `tag_count_' for an instance of Post
lantern > night | error: Validation failed: Tag implication can not create a circular relation
red_fox > fox | deleted
tiger > pantherine | deleted
wool_sweater > sweater | deleted
absurd_res > hi_res | deleted
fox > red_fox | deleted
"""

# Drawn now and then like the odd names, since nothing else leads to them.
LOOSE = """
tea_party tea_time dragon_kite festival_kite string_kite holding_torch ears. sofa settee soda
"""

# Each in one post only, and in none at all.
ONCE = "null_fox thylacine_plush left-handed_teapot kunekune shoebill"
NEVER = "spotted_skunk tuatara grass_sled unused_lantern_colour superabsurd_res"
