"""The sample's general, meta, lore and invalid tags; a child under its parent implies it."""

GENERAL_TREE = """
clothing
  topwear
    shirt
      t-shirt
      flannel_shirt
      striped_shirt
    sweater
      wool_sweater
      turtleneck
    hoodie
    vest
      knitted_vest
    jacket
      pilot_jacket
      denim_jacket
    coat
      raincoat
        yellow_raincoat
      winter_coat
      lab_coat
  bottomwear
    pants
      jeans
      overalls
    shorts
    skirt
      plaid_skirt
  dress
    summer_dress
  robe
  cloak
    hooded_cloak
  apron
  kimono
  pajamas
  uniform
    sailor_uniform
    school_uniform
    chef_uniform
  armor
    plate_armor
  footwear
    boots
      hiking_boots
      rubber_boots
    shoes
      sneakers
    sandals
    socks
      striped_socks
  handwear
    gloves
      fingerless_gloves
    mittens
clothing_accessory
  headgear
    hat
      straw_hat
      wool_hat
      sun_hat
      cowboy_hat
      top_hat
      wizard_hat
      beret
      party_hat
    crown
      flower_crown
    helmet
      diving_helmet
  scarf
    red_scarf
    orange_scarf
    blue_scarf
    striped_scarf
  bandanna
  collar
    bell_collar
  bow_tie
  belt
  satchel
  backpack
  eyewear
    glasses
      round_glasses
    sunglasses
    monocle
    goggles
      aviator_goggles
      swim_goggles
  jewelry
    necklace
      pearl_necklace
    earring
      gold_earring
    ring_(jewelry)
    bracelet
    antler_ornament
plant
  tree
    pine_tree
    palm_tree
    birch_tree
    cherry_tree
    eucalyptus
  flower
    sunflower
    rose
    tulip
    dandelion
    water_lily
  leaf
    fallen_leaves
    maple_leaf
  grass
  cactus
  bamboo
  vine
  reed
  seaweed
mushroom
  red_mushroom
food
  dessert
    cake
      birthday_cake
    cookie
    ice_cream
    pie
      apple_pie
  fruit
    apple
    banana
    strawberry
    orange_(fruit)
    acorn
  vegetable
    carrot
    pumpkin
    tomato
  bread
    baguette
  cheese
  honey
  soup
  noodles
  sandwich
  pancake
beverage
  tea
  coffee
  milk
  hot_chocolate
container
  cup
    tea_cup
    mug
  teapot
  bottle
    milk_bottle
    canteen
  basket
  box
    matchbox
  clay_pot
  treasure_chest
  trash_can
outside
  forest
    pine_forest
  mountain
  meadow
  savanna
  desert
  jungle
  swamp
  cave
  garden
  park
  farm
  sea
    wave
  beach
    sandcastle
    tide_pool
  body_of_water
    river
    lake
    pond
    stream
    waterfall
  river_bank
  sky
    cloud
    starry_sky
    aurora_sky
    rainbow
inside
  living_room
  kitchen
  library
  bedroom
  attic
  workshop
  greenhouse
  cafe
building
  barn
  stable
  castle
    ruined_castle
  lighthouse
  windmill
  treehouse
  tiny_house
  tent
city
  rooftop
  market
  street
    cobblestone_street
  neon_lights
underwater
vehicle
  watercraft
    boat
      sailboat
    canoe
    raft
    shipwreck
  aircraft
    airship
    hot_air_balloon
  train
    steam_locomotive
  bicycle
  sled
light_source
  lantern
    paper_lantern
  candle
  flashlight
  campfire
  lamp
    desk_lamp
furniture
  chair
    rocking_chair
  table
  bed
  bookshelf
  cushion
  throne
  hammock
  loom
book
  open_book
  spellbook
musical_instrument
  string_instrument
    guitar
    violin
    lute
  drum
  flute
  accordion
  piano
toy
  ball
    yarn_ball
  frisbee
  kite
  plush_toy
    teddy_bear
tool
  fishing_rod
  pickaxe
  paintbrush
  knitting_needle
  thimble
  quill
  telescope
  magnifying_glass
  watering_can
umbrella
  paper_umbrella
map
  treasure_map
mineral
  rock
    pebble
  crystal
  pearl
  coral
seashell
bell
fence
hay
wool
web
window
feather
saddle
horseshoe
surfboard
bubble
dust
weather
  rain
    heavy_rain
  snow
    snowfall
  fog
  storm
    lightning
  wind
  sunny_day
night
  full_moon
  crescent_moon
  stars
day
dusk
  sunset
dawn
season
  autumn
  winter
  spring_(season)
  summer
holiday
  birthday
  lantern_festival
  midwinter_feast
markings
  stripes
  spots
  facial_markings
  tail_markings
  two_tone_markings
fur
  white_fur
  brown_fur
  grey_fur
  orange_fur
  black_fur
body_colour
  white_body
  brown_body
  grey_body
  orange_body
  black_body
  tan_body
  red_body
  blue_body
  green_body
  yellow_body
  purple_body
eye_colour
  green_eyes
  blue_eyes
  brown_eyes
  yellow_eyes
  amber_eyes
  heterochromia
hair
  brown_hair
  black_hair
  white_hair
  braided_hair
  short_hair
  long_hair
tail
  fluffy_tail
    big_fluffy_tail
  striped_tail
  ringed_tail
whiskers
paws
beak
horn
antlers
wings
  feathered_wings
  insect_wings
scales
shell
expression
  smile
    big_smile
  laughing
  surprised
  sleepy
  curious
  determined
  eyes_closed
  blush
pose
  sitting
    sitting_on_ground
    sitting_on_chair
  standing
  lying
    lying_on_back
  walking
  running
    galloping
  jumping
  swimming
  flying
  climbing
  dancing
  waving
  sleeping
  reading
  cooking
  painting_(activity)
  playing
  playing_music
  howling
  sunbathing
  fishing
  gardening
  hugging
holding_object
  holding_book
  holding_cup
  holding_lantern
  holding_umbrella
  holding_flower
  holding_food
looking_at_viewer
looking_up
looking_away
looking_at_another
open_mouth
anthro
feral
solo
duo
trio
group
  large_group
male
female
ambiguous_gender
text
  english_text
  sign
  speech_bubble
simple_background
  white_background
  gradient_background
detailed_background
  scenery
three-quarter_view
front_view
side_view
close-up
portrait
full-length_portrait
size_difference
sparkles
heart_symbol
steam
shadow
reflection
brown_nose
pink_nose
avoid_posting
conditional_dnp
"""

# Lines of the tree that only group others: no tags, and nothing implies them.
HEADINGS = "expression pose body_colour eye_colour holding_object"

EXTRA_GENERAL_IMPLICATIONS = """
holding_book > book
holding_cup > cup
holding_lantern > lantern
holding_umbrella > umbrella
holding_flower > flower
holding_food > food
tea_cup > tea
milk_bottle > milk
milk_bottle > beverage
fallen_leaves > autumn
pumpkin > autumn
campfire > night
full_moon > sky
stars > sky
lighthouse > outside
tent > outside
canoe > body_of_water
sailboat > sea
shipwreck > underwater
coral > underwater
greenhouse > plant
pearl_necklace > pearl
flower_crown > flower
antler_ornament > antlers
midwinter_feast > winter
birthday_cake > birthday
snowfall > winter
reading > book
playing_music > musical_instrument
painting_(activity) > paintbrush
wizard_hat > magic_(theme)
speech_bubble > dialogue
hooded_cloak > hood
hoodie > hood
winter_coat > winter_clothing
mittens > winter_clothing
wool_sweater > winter_clothing
winter_clothing > clothing
horseshoe > metal_(material)
plate_armor > metal_(material)
"""

EXTRA_GENERAL = "magic_(theme) dialogue hood winter_clothing metal_(material)"

# Body parts and the like that go with the great classes of the tree.
CLASS_TAGS = {
    "mammal": "fur white_fur brown_fur grey_fur tail fluffy_tail paws whiskers brown_nose hair",
    "bird": "feather beak wings feathered_wings tail",
    "reptile": "scales tail stripes",
    "amphibian": "spots two_tone_markings",
    "fish": "scales tail spots",
    "arthropod": "insect_wings shell two_tone_markings",
    "mollusk": "shell spots",
}

META_TREE = """
hi_res
  absurd_res
    superabsurd_res
low_res
digital_media_(artwork)
  digital_painting_(artwork)
  digital_drawing_(artwork)
  3d_(artwork)
  pixel_(artwork)
traditional_media_(artwork)
  watercolor_(artwork)
  graphite_(artwork)
  ink_(artwork)
  oil_painting_(artwork)
comic
  black_and_white_comic
animated
  short_playtime
  loop
sound
sketch
line_art
monochrome
  greyscale
  sepia
signature
dated
url
reference_sheet
model_sheet
1:1
16:10
4:3
widescreen
story_in_description
translated
alternate_version_at_source
"""

YEARS = [str(year) for year in range(2008, 2026)]

LORE = """
adopted_sibling_(lore) apprentice_(lore) brother_(lore) sister_(lore) cousin_(lore)
grandparent_(lore) old_friend_(lore) rival_(lore) time_traveller_(lore) lost_heir_(lore)
shapeshifter_(lore) lighthouse_keeper_(lore)
"""

INVALID = """
invalid_tag invalid_background invalid_color aurora_(disambiguation) bass_(disambiguation)
bat_(disambiguation) bow_(disambiguation) crane_(disambiguation) mole_(disambiguation)
orange_(disambiguation) ring_(disambiguation) seal_(disambiguation) spring_(disambiguation)
"""
