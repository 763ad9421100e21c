"""What sample files there are, and what is said of each: the words that somebody in such a team would have written.

Rule: values only. A sample that ``replaces`` another is its second version, and ``rationale`` says why.
"""

from dataclasses import dataclass

SPRING = "Spring 2027"
SUMMER = "Summer 2027"
AUTUMN = "Autumn 2026"
WINTER = "Winter 2027"
BRAND = "Brand"

MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One file. ``alt``: what somebody hears who can't see it."""

    name: str
    title: str
    tags: tuple[str, ...]
    campaigns: tuple[str, ...]
    description: str
    alt: str
    replaces: str | None = None
    rationale: str | None = None

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.name.rpartition(".")[2]]


SAMPLES: tuple[Sample, ...] = (
    Sample(
        "spring-hero.jpg", "Spring hero", ("hero", "landscape", "mountains", "key-visual"), (SPRING,),
        "Key visual of the spring campaign: first light over the valley, room for a headline at the upper left.",
        "Blue morning haze between wooded ridges under a low sun",
    ),
    Sample(
        "spring-hero-evening.jpg", "Spring hero", ("hero", "landscape", "mountains", "key-visual"), (SPRING,),
        "Key visual of the spring campaign: last light over the valley, room for a headline at the upper left.",
        "Violet evening haze between wooded ridges under a low sun",
        replaces="spring-hero.jpg", rationale="Evening light sells better: the same valley at dusk.",
    ),
    Sample(
        "coffee-bag.jpg", "Coffee bag 250 g", ("product", "packshot", "coffee"), (SPRING,),
        "Packshot of the 250 g bag on seamless grey-green, soft light from the left.",
        "A dark green bag of coffee with an orange band that reads Spring Roast",
    ),
    Sample(
        "coffee-bag-summer.jpg", "Coffee bag 250 g", ("product", "packshot", "coffee"), (SPRING, SUMMER),
        "Packshot of the 250 g bag on seamless grey-green, soft light from the left.",
        "A dark green bag of coffee with a yellow band that reads Summer Roast",
        replaces="coffee-bag.jpg", rationale="Spring roast becomes summer roast: new band, same place on the shelf.",
    ),
    Sample(
        "banner-square.jpg", "Spring offer, square", ("banner", "social", "offer"), (SPRING,),
        "1080 × 1080 for the feed. Price and call to action are part of the picture.",
        "Headline over dusky mountains: The long way tastes better, 250 g for 9.90",
    ),
    Sample(
        "banner-square-summer.jpg", "Summer offer, square", ("banner", "social", "offer"), (SPRING, SUMMER),
        "1080 × 1080 for the feed. Price and call to action are part of the picture.",
        "Headline over dusky mountains: Summer is a long way, 250 g for 7.90",
        replaces="banner-square.jpg", rationale="Spring price to summer price: 9.90 to 7.90 from 1 June.",
    ),
    Sample(
        "enamel-mug.jpg", "Enamel mug, petrol", ("product", "packshot", "mug"), (SPRING, AUTUMN),
        "The mug for outside, steaming, on warm sand.",
        "A petrol blue enamel mug with white speckles and the emblem",
    ),
    Sample(
        "lake-at-dusk.jpg", "Lake at dusk", ("landscape", "lake", "mood"), (SUMMER,),
        "Still water and its reeds; a quiet background for long copy.",
        "Hills above a lake in violet and orange light",
    ),
    Sample(
        "flat-white.jpg", "Flat white from above", ("coffee", "table", "social"), (SPRING,),
        "The cup on stone, for recipes and the café finder.",
        "A white cup on its saucer, seen from above, with hearts in the milk",
    ),
    Sample(
        "beans.webp", "Beans, full frame", ("coffee", "texture", "background"), (BRAND,),
        "Tiles well enough to fill a shop window.",
        "Dark roasted coffee beans, nothing else",
    ),
    Sample(
        "serum-bottle.jpg", "Cloudberry serum 30 ml", ("product", "packshot", "skin-care"), (SUMMER,),
        "Packshot for the shop, label straight, dropper on.",
        "A brown glass bottle with a dropper and a cream label",
    ),
    Sample(
        "serum-bottle-graded.jpg", "Cloudberry serum 30 ml", ("product", "packshot", "skin-care"), (SUMMER,),
        "Packshot for the shop, label straight, dropper on.",
        "A brown glass bottle with a dropper and a cream label",
        replaces="serum-bottle.jpg", rationale="Colour corrected: the label was green under the shop's light.",
    ),
    Sample(
        "night-balm.jpg", "Night balm with birch", ("product", "packshot", "skin-care"), (WINTER,),
        "The jar in front of a plastered wall, a birch twig's shadow behind it.",
        "A white jar with a wooden lid in soft light",
    ),
    Sample(
        "leaf-macro.jpg", "Leaf, macro", ("nature", "texture", "green", "macro"), (SPRING,),
        "Veins and dew, for the page about ingredients.",
        "A green leaf so near that its veins fill the picture, with drops of dew",
    ),
    Sample(
        "foliage.webp", "Foliage in the dark", ("nature", "background", "green"), (SUMMER,),
        "Dark ground for white type.",
        "Green leaves that come out of the dark",
    ),
    Sample(
        "arcade.jpg", "Arcade at noon", ("architecture", "travel", "shadow"), (SUMMER,),
        "Flagship store in the south, the facade in hard light.",
        "Three arches in a terracotta wall under a deep blue sky",
    ),
    Sample(
        "tower.jpg", "Tower with balconies", ("architecture", "travel"), (AUTUMN,),
        "City roast series: the house of the third roastery.",
        "A sand-coloured house from below, its balconies in the sun",
    ),
    Sample(
        "stair.jpg", "Stair in rose", ("architecture", "shadow", "mood"), (SUMMER,),
        "Shadow play for stories; crop from the left.",
        "A red stair along a rose wall with slanted shadows",
    ),
    Sample(
        "dunes.jpg", "Dunes, late afternoon", ("landscape", "desert", "travel"), (SUMMER,),
        "Origin stories: the dry side of the mountains.",
        "Sand dunes with sharp crests, one side of each in the shade",
    ),
    Sample(
        "autumn-haze.jpg", "Autumn haze", ("landscape", "mountains", "mood"), (AUTUMN,),
        "Warm layers for the header of the autumn shop.",
        "Brown wooded ridges in golden haze",
    ),
    Sample(
        "autumn-banner.png", "Autumn banner", ("banner", "web", "offer"), (AUTUMN,),
        "Header of the autumn shop, 1600 × 500.",
        "Headline over hazy ridges: The long way home",
    ),
    Sample(
        "winter-teaser.webp", "Winter teaser", ("teaser", "landscape", "night", "winter"), (WINTER,),
        "Goes up in November, without words.",
        "Northern lights over a snowy mountain and firs",
    ),
    Sample(
        "paper-dawn.webp", "Paper dawn", ("illustration", "paper", "background"), (BRAND,),
        "Cut paper for gift cards and the annual report.",
        "Waves of coloured paper under a paper sun",
    ),
    Sample(
        "paper-valley.jpg", "Paper valley", ("illustration", "paper", "background"), (BRAND,),
        "Cut paper, the green set.",
        "Layers of green paper around a pale disc",
    ),
    Sample(
        "banner-rectangle.png", "Spring offer, rectangle", ("banner", "display", "offer"), (SPRING,),
        "300 × 250 for display networks.",
        "Headline over dusky mountains: The long way tastes better",
    ),
    Sample(
        "banner-rectangle-summer.png", "Summer offer, rectangle", ("banner", "display", "offer"), (SPRING, SUMMER),
        "300 × 250 for display networks.",
        "Headline over dusky mountains: Summer is a long way",
        replaces="banner-rectangle.png", rationale="Spring price to summer price: 9.90 to 7.90 from 1 June.",
    ),
    Sample(
        "banner-leaderboard.png", "Spring offer, leaderboard", ("banner", "display", "offer"), (SPRING,),
        "728 × 90 for display networks.",
        "The long way tastes better, with a button that reads Order now",
    ),
    Sample(
        "banner-story.jpg", "Spring offer, story", ("banner", "social", "offer"), (SPRING,),
        "1080 × 1920 for stories; keep the upper eighth free of stickers.",
        "Headline over morning haze: The long way tastes better",
    ),
    Sample(
        "banner-screen.jpg", "Spring offer, screen", ("banner", "web", "offer"), (SPRING,),
        "1920 × 1080 for screens in the shops.",
        "Headline over morning haze: The long way tastes better",
    ),
    Sample(
        "logo.png", "Logo, dark", ("logo", "brand"), (BRAND,),
        "For light grounds. Keep as much space around it as the emblem is high.",
        "The emblem and the name Fjellroast in dark green",
    ),
    Sample(
        "logo-light.png", "Logo, light", ("logo", "brand"), (BRAND,),
        "For dark grounds and pictures.",
        "The emblem and the name Fjellroast in cream",
    ),
    Sample(
        "emblem.png", "Emblem", ("logo", "brand", "icon"), (BRAND,),
        "The sun behind two peaks; for avatars and caps.",
        "An orange sun behind dark peaks in a ring",
    ),
)  # fmt: skip

NAMED = {sample.name: sample for sample in SAMPLES}
