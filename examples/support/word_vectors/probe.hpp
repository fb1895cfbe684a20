#pragma once
/// A small measure for vectors of everyday English, written for this program: the default run's evaluation.
/// It tells whether a run went well, not how it compares with the literature; for that, pass the standard
/// sets with --similarity and --analogies.

namespace word_vectors {

/// How alike two things are felt to be, from 0 to 10: the same, kin, of one scene, strangers.
inline constexpr const char* probe_pairs = R"(# word word score
anger wrath 9.5
violin fiddle 9.4
glad happy 9.3
physician doctor 9.2
road street 9.0
boat ship 8.8
river stream 8.8
mare horse 8.6
sword dagger 8.0
coin money 7.9
king queen 7.8
gate door 7.7
trumpet horn 7.6
gold silver 7.6
pear apple 7.5
soldier army 7.4
poet verse 7.2
merchant trade 7.2
eye sight 7.2
grape wine 7.1
storm rain 7.0
judge court 7.0
ice snow 7.0
wolf dog 6.9
bread flour 6.8
butter milk 6.8
copper iron 6.8
painter picture 6.7
page book 6.7
castle tower 6.6
cold winter 6.6
sailor ship 6.5
needle thread 6.5
fin fish 6.4
smoke fire 6.4
priest church 6.4
planet moon 6.4
feather bird 6.3
carriage wheel 6.3
hammer nail 6.2
horse carriage 6.0
tooth jaw 5.9
farmer plow 5.9
sword soldier 5.9
glass window 5.8
bark tree 5.7
poet book 5.6
salt sugar 5.2
thief prison 5.0
river ship 5.0
castle king 4.8
wine bread 4.6
glass wine 4.4
bird dog 4.2
tower church 4.0
winter fire 3.2
picture eye 3.0
glass ice 3.0
tree fish 1.8
castle fish 1.0
moon carriage 0.9
storm page 0.9
river needle 0.8
feather court 0.8
butter iron 0.8
horse verse 0.7
doctor plow 0.7
snow merchant 0.6
priest copper 0.6
thief flour 0.6
coin smoke 0.6
grape army 0.5
thread planet 0.5
sugar tower 0.5
violin wolf 0.4
tooth poet 0.4
dagger milk 0.4
)";

inline constexpr const char* probe_analogies = R"(: man and woman
man woman king queen
man woman father mother
father mother son daughter
brother sister husband wife
uncle aunt nephew niece
king queen prince princess
boy girl man woman
god goddess king queen
: country and people
france french germany german
germany german england english
england english spain spanish
spain spanish italy italian
italy italian greece greek
russia russian france french
scotland scotch ireland irish
turkey turkish persia persian
: gram-adverb
quick quickly slow slowly
clear clearly bold boldly
slow slowly gradual gradually
perfect perfectly complete completely
rapid rapidly easy easily
wise wisely foolish foolishly
natural naturally artificial artificially
free freely violent violently
: gram-degree
great greater small smaller
small smaller large larger
large larger high higher
high higher low lower
long longer short shorter
old older young younger
strong stronger weak weaker
hard harder soft softer
: gram-plural
horse horses dog dogs
tree trees flower flowers
bird birds fish fishes
ship ships boat boats
king kings soldier soldiers
eye eyes ear ears
leaf leaves branch branches
man men woman women
)";

/// The last word of a line is the one that does not belong.
inline constexpr const char* probe_odd_ones = R"(apple pear plum oak
horse cow sheep eagle
gold silver copper diamond
red green blue loud
violin flute trumpet poem
king queen prince bishop
bread cheese butter plate
winter summer autumn monday
oak elm beech rose
france spain germany london
ship boat canoe carriage
eye ear nose knee
father mother brother friend
rain snow hail mud
sword spear lance shield
doctor surgeon physician lawyer
trout salmon cod eagle
north south east left
lion tiger leopard sheep
shirt coat hat shoe
run walk leap sleep
angry furious enraged sad
poem sonnet ode song
monday tuesday friday june
finger thumb wrist ankle
church chapel temple castle
wine beer brandy bread
square triangle circle colour
laugh smile grin weep
judge jury lawyer priest
)";

}  // namespace word_vectors
