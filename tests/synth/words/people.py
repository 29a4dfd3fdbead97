"""The sample's artists, contributors, franchises and characters, all of them invented."""

ARTISTS = """
aldwyn_merrowick brassotune calvessa_ondry dimmlin_oske dorrentail_(artist) eddlepine
elsuvane_tarrow farrowmink_(artist) fennuary_(artist) galdorry_ives glimmerquoit hespertwill
hollowquill_(artist) inkolanthe ivendra_sorn jorrimaple juniperode_(artist) kestrelune_ay
kolvanda lanternoak_(artist) lissamure_pell marrowthimble mothquarry_(artist) mundrake_osei
nettlewane norivanda_kelm oakhusk_(artist) orlimande_thu pebblesong_(artist) pindervale
quillemara quorrel_task rimewhistle_(artist) rookander saffrowind_(artist) sedgelorne_vi
tallowmere_(artist) thrushlock_ona tovelind umberquay_(artist) vandrelle_moss velnutmeg
wickerlune_(artist) willomund_erst yarrowdell_(artist) ysolmark zephandry_kole zinnoberel
unknown_artist anonymous_artist
"""

# Artists who asked for it: as on the site, their tag implies the one that says so.
AVOID_POSTING = "marrowthimble mundrake_osei pindervale rookander"
CONDITIONAL = "quillemara tovelind"

CONTRIBUTORS = """
arvendale_(colorist) brinlowe_(writer) corvellan_(animator) dunmarre_(editor)
estrelwyn_(voice_actor) fossamere_(translator) grelloway_(colorist) hathermoon_(composer)
islandore_(writer) jesperoak_(animator)
"""

# Franchise by franchise: the series that imply it stand below.
FRANCHISE_TREE = """
studio_oakmere
  lanterns_of_oakmere
    lanterns_of_oakmere_2
  the_kettle_and_the_comet
copperwhisk_games
  tidewood_tales
    tidewood_tales:_low_tide
  burrowline
  starling_circuit_'84
harrowmoth_press
  the_long_burrow
  nine_winters_in_velmarra
  "quite_so,"_said_the_heron
mossglass_animation
  postmaster_pell
  snow_on_the_signal_tower
elderquay_saga
  elderquay:_the_salt_roads
mythological_menagerie_of_oss
"""

# character: species, franchise (either may be missing); a character implies both.
CHARACTERS = """
bramble_tarnhollow: red_fox, lanterns_of_oakmere
mossa_quellin: european_badger, lanterns_of_oakmere
old_tam_orrery: tawny_owl, lanterns_of_oakmere
perrin_cloudlatch: fennec_fox, lanterns_of_oakmere_2
sister_wicklow: common_raven, lanterns_of_oakmere
cometa_brightspout: domestic_cat, the_kettle_and_the_comet
the_kettlewright: hedgehog, the_kettle_and_the_comet
orbo_the_round: hamster, the_kettle_and_the_comet
captain_reva_saltwhistle: sea_otter, tidewood_tales
bosun_dunlin: puffin, tidewood_tales
pearl_undertow: seahorse, tidewood_tales
grandmother_barnacle: hermit_crab, tidewood_tales:_low_tide
finlo_driftnet: harbour_seal, tidewood_tales
marl_the_miner: star-nosed_mole, burrowline
conductor_flint: mouse, burrowline
tuppence_gauge: dormouse, burrowline
vex_ninevolt: raccoon, starling_circuit_'84
dj_halogen: hyena, starling_circuit_'84
miss_ohm: budgerigar, starling_circuit_'84
hazel_downfarrow: brown_hare, the_long_burrow
thistle_downfarrow: rabbit, the_long_burrow
warden_oxlip: stoat, the_long_burrow
queen_velmarra_ix: snow_leopard, nine_winters_in_velmarra
ilse_of_the_passes: ibex, nine_winters_in_velmarra
brother_tor: polar_bear, nine_winters_in_velmarra
sleet_(velmarra): arctic_wolf, nine_winters_in_velmarra
mister_heron: heron, "quite_so,"_said_the_heron
professor_newt_ampersand: newt, "quite_so,"_said_the_heron
pell_(postmaster): red_panda, postmaster_pell
parcel_(postmaster): pigeon, postmaster_pell
stamp_and_seal: seal, postmaster_pell
signalman_ruk: moose, snow_on_the_signal_tower
little_lamp: moth, snow_on_the_signal_tower
nanna_frostbell: reindeer, snow_on_the_signal_tower
sarrakh_of_the_salt_roads: monitor_lizard, elderquay:_the_salt_roads
tillo_quay: gecko, elderquay_saga
amber_jessane: lion, elderquay_saga
dame_orlanth: white_tiger, elderquay_saga
kopi_the_cartographer: quokka, elderquay_saga
oss_(menagerie): elephant, mythological_menagerie_of_oss
luma_oss: luna_moth, mythological_menagerie_of_oss
bellwether_jo: sheep,
clovis_hayrick: draft_horse,
duchess_marmalade_vane: maine_coon,
ember_(tallowmere): red_fox,
fog_(umberquay): grey_wolf,
gilly_puddlewick: frog,
inspector_brumble: bumblebee,
june_applecart: corgi,
kettlebell_kate: kangaroo,
lord_snailsworth: garden_snail,
maple_syrrup: beaver,
o'malvane_the_piper: goat,
pip_"squeak"_larch: field_mouse,
tadeusz_łoś: moose,
zoë_hollowreed: river_otter,
ноктюрна: barn_owl,
ゆきみ_(quorrel): arctic_fox,
nobody_in_particular: ,
"""
