//! Randomly generated pages.

use super::*;

/// Self-contained pieces of pages.
const PIECES: [&str; 24] = [
    "<p class=\"a\">text &amp; more</p>\r\n",
    "<!-- <img data-cookieconsent=ads src=a> -->",
    "<script>if (a < b && c > d) { e('<p>') }</script>\n",
    "<style>a{b:c}</style>",
    "{% if a %}<b>{{ c | d(\"}\") }}</b>{% endif %}",
    "<?php if ($a->b) { ?><i></i><?php } ?>",
    "<input value='>' data-name=x disabled>",
    "ünï©ode \u{1f36a}",
    "<script type=\"text/plain\" data-category=\"ads\" data-service=\"x\">1</script>\n",
    "<script type=text/plain data-cookiecategory=ads></script>",
    "<script data-cookieconsent='statistics,marketing' src=\"a\" async></script>",
    "<iframe\r\n\tsrc=a data-cookieconsent = \"marketing\"></iframe>",
    "<div class='cookieconsent-optin-marketing x'><b>a</b></div>",
    "<div class='cookieconsent-optout-marketing x'><b>a</b></div>",
    "<script type='text/plain' data-type='text/javascript' data-name='matomo'>1</script>",
    "<template data-purpose=youtube data-contextual><p>a</p><iframe src=b></iframe></template>",
    "<script type=opt-in data-name=x data-src=a></script>",
    "<IMG CLASS='optanon-category-C0002-C0004 b' SRC='c'>",
    "<script class=\"optanon-category-C0009\" type=\"module\">1</script>",
    "<noscript><img data-cookieconsent=ads src=a></noscript>",
    "<select><option>a</option></select>",
    "<svg><path d='M0'/><title>a</title></svg>",
    "<script type=\"text/plain\" data-category=\"!ads\">1</script>",
    "<script data-cookieconsent=\"{{ a }}\">1</script>",
];

/// Deterministic pseudo-random numbers.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn page(&mut self) -> Vec<&'static str> {
        let length = self.below(9);
        (0..length)
            .map(|_| PIECES[self.below(PIECES.len())])
            .collect()
    }
}

#[test]
fn rewriting_changes_only_the_gated_tags() {
    let one = |piece: &&str| rewritten(piece, &names()).text;
    let mut chance = Chance(0x5eed);
    for _ in 0..400 {
        let pieces = chance.page();
        let apart: String = pieces.iter().map(one).collect();
        assert_eq!(rewritten(&pieces.concat(), &names()).text, apart);
    }
}

#[test]
fn broken_pages_are_refused_or_rewritten_once() {
    let mut chance = Chance(0xb40c);
    for _ in 0..3000 {
        let mut text: Vec<char> = chance.page().concat().chars().collect();
        for _ in 0..chance.below(4) {
            if text.is_empty() {
                break;
            }
            let at = chance.below(text.len());
            match chance.below(3) {
                0 => drop(text.remove(at)),
                1 => text.insert(
                    at,
                    ['<', '>', '"', '\'', ' ', '/', '=', '{'][chance.below(8)],
                ),
                _ => text.truncate(at),
            }
        }
        let text: String = text.into_iter().collect();
        if rewrite(&text, &names()).is_ok() {
            rewritten(&text, &names());
        }
    }
}
