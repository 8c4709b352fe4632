use super::*;
use crate::category::Renaming;

fn names() -> Names {
    Names::default()
}

fn renaming(categories: &[&str], services: &[&str]) -> Names {
    let parse = |text: &&str| Renaming::parse(text).expect("it is OLD=NEW");
    let all = |given: &[&str]| given.iter().map(parse).collect();
    Names::new(all(categories), all(services)).expect("the renamings stand")
}

fn rewritten(source: &str, names: &Names) -> Rewritten {
    let first = page(source, names).expect("the page can be read");
    let second = page(&first.text, names).expect("what was written can be read");
    assert_eq!(second.text, first.text, "a second run changes nothing");
    first
}

/// Checks pages that are done without a word.
fn done(names: &Names, cases: &[(&str, &str)]) {
    for (before, after) in cases {
        let found = rewritten(before, names);
        assert_eq!(found.text, *after, "{before}");
        assert_eq!(found.warnings, [], "{before}");
    }
}

/// Checks pages that stay, and say why.
fn left(names: &Names, cases: &[(&str, &str)]) {
    for (before, why) in cases {
        let found = rewritten(before, names);
        assert_eq!(found.text, *before);
        let told = found
            .warnings
            .iter()
            .any(|warning| warning.text.contains(why));
        assert!(told, "{before}: {:?}", found.warnings);
    }
}

#[test]
fn vanilla_gets_the_names_of_the_new_system() {
    done(
        &names(),
        &[
            (
                "<script type='text/plain' data-category='ads' data-src=a>1</script>",
                "<script type='text/plain' data-category='marketing' data-src=a>1</script>",
            ),
            (
                "<script type=text/plain data-cookiecategory=statistics src=a></script>",
                "<script type=text/plain data-category=analytics src=a></script>",
            ),
            (
                "<script data-cookiecategory=\"functionality\">1</script>",
                "<script type=\"text/plain\" data-category=\"preferences\">1</script>",
            ),
            (
                "<script type=\"module\" data-cookiecategory='ads'>1</script>",
                "<script type=\"text/plain\" data-type=\"module\" data-category='marketing'>1</script>",
            ),
            (
                "<script type='text/plain' data-category='analytics' data-cookiecategory='analytics'>",
                "<script type='text/plain' data-category='analytics'>",
            ),
        ],
    );
}

#[test]
fn vanilla_services_may_have_spaces_and_get_ids() {
    let before = "<script type=\"text/plain\" data-category=\"analytics\" data-service=\"Google Analytics\">";
    let after = before.replace("Google Analytics", "ga");
    done(
        &renaming(&[], &["Google Analytics=ga"]),
        &[(before, &after)],
    );
    left(&names(), &[(before, "cannot be the id of a service")]);
}

#[test]
fn what_is_for_visitors_who_refuse_stays_and_is_told() {
    left(
        &names(),
        &[
            (
                "<script type='text/plain' data-category='!analytics'>",
                "refuse",
            ),
            (
                "<script type='text/plain' data-category='ads' data-service='!ga'>",
                "refuse",
            ),
            (
                "<script type='text/plain' data-cookiecategory='!ads'>",
                "refuse",
            ),
            (
                "<p class='x cookieconsent-optout-marketing'>a</p>",
                "refuse",
            ),
            ("<script data-cookieconsent='!statistics'>", "refuse"),
        ],
    );
}

#[test]
fn cookiebot_needs_all_categories_and_its_addresses_wait() {
    done(
        &names(),
        &[
            (
                "<script type=\"text/plain\" data-cookieconsent=\"statistics, Marketing\" src=\"a\"></script>",
                "<script type=\"text/plain\" data-category=\"analytics marketing\" src=\"a\"></script>",
            ),
            (
                "<script type=text/javascript data-cookieconsent=statistics,ads src=a></script>",
                "<script type=\"text/plain\" data-category=\"analytics marketing\" src=a></script>",
            ),
            (
                "<iframe data-cookieblock-src='a' data-cookieconsent='marketing'></iframe>",
                "<iframe data-src='a' data-category='marketing'></iframe>",
            ),
            (
                "<IFRAME SRC=a DATA-CookieConsent=MARKETING></IFRAME>",
                "<IFRAME data-src=a data-category=marketing></IFRAME>",
            ),
            (
                "<img data-cookieconsent=\"statistics\" src=\"a\" srcset=\"a 1x\">",
                "<img data-category=\"analytics\" data-src=\"a\" data-srcset=\"a 1x\">",
            ),
            (
                "<object data=a data-cookieconsent=ads></object>",
                "<object data-src=a data-category=marketing></object>",
            ),
            (
                "<link rel=stylesheet data-cookieconsent='preferences' href=a>",
                "<link rel=stylesheet data-category='preferences' data-href=a>",
            ),
            (
                "<script data-cookieconsent='ignore' src=a></script>",
                "<script src=a></script>",
            ),
            (
                "<script data-cookieconsent='necessary' src=a></script><img data-cookieconsent='necessary' src=a>",
                "<script data-category='necessary' src=a></script><img data-category='necessary' src=a>",
            ),
        ],
    );
    left(
        &names(),
        &[
            (
                "<iframe data-cookieblock-src=a></iframe>",
                "without `data-cookieconsent`",
            ),
            (
                "<iframe data-cookieconsent=ads data-cookieblock-src=a data-src=b>",
                "both",
            ),
            (
                "<script data-cookieconsent='ignore,statistics'>",
                "`ignore`",
            ),
            ("<source data-cookieconsent=ads src=a>", "no `<source>`"),
            ("<div data-cookieconsent=ads>a</div>", "no `<div>`"),
            ("<script data-cookieconsent>", "names nothing"),
            ("<script data-cookieconsent=' , '>", "names nothing"),
        ],
    );
}

#[test]
fn what_cookiebot_hides_is_wrapped() {
    done(
        &names(),
        &[
            (
                "<div class=\"a cookieconsent-optin-marketing b\">\r\n<div>1</div>\r\n</div><div class='cookieconsent-optin-statistics cookieconsent-optin-marketing'></div>",
                "<template data-category=\"marketing\"><div class=\"a b\">\r\n<div>1</div>\r\n</div></template>\
                 <template data-category=\"analytics marketing\"><div></div></template>",
            ),
            (
                "<iframe class='cookieconsent-optin-marketing' data-src=a></iframe>",
                "<iframe data-category='marketing' data-src=a></iframe>",
            ),
            (
                "<iframe data-cookieconsent='marketing' class='x cookieconsent-optin-marketing' src=a></iframe>",
                "<iframe data-category='marketing' class='x' data-src=a></iframe>",
            ),
        ],
    );
    left(
        &names(),
        &[
            ("<div class=cookieconsent-optin-marketing>", "no end tag"),
            ("<li class=cookieconsent-optin-marketing>a</li>", "not sure"),
            (
                "{% if a %}<div>{% else %}<div class='cookieconsent-optin-marketing'>{% endif %}</div>",
                "template code",
            ),
            ("<p class=cookieconsent-optin>a</p>", "names no category"),
            (
                "<div class='{{ a }} cookieconsent-optin-marketing'></div>",
                "template code",
            ),
        ],
    );
}

#[test]
fn klaro_keeps_the_service_and_says_that_the_category_is_missing() {
    let before = "<script type=\"text/plain\" data-type=\"application/javascript\" data-name=\"matomo\" data-src=\"a\"></script>";
    let after = "<script type=\"text/plain\" data-service=\"matomo\" data-src=\"a\"></script>";
    let found = rewritten(before, &names());
    assert_eq!(found.text, after);
    assert!(
        found.warnings[0]
            .text
            .contains("which category `matomo` is in")
    );
    done(&renaming(&[], &["matomo=matomo"]), &[(before, after)]);
    done(
        &renaming(&["matomo=analytics"], &["m a=ma"]),
        &[
            (
                before,
                &after.replace("data-service=\"matomo\"", "data-category=\"analytics\""),
            ),
            (
                "<script type=text/plain data-type=module data-name='m a'>",
                "<script type=text/plain data-type=module data-service='ma'>",
            ),
            (
                "<link rel=stylesheet type='text/plain' data-type='text/css' data-name=matomo data-href=a>",
                "<link rel=stylesheet type='text/css' data-category=analytics data-href=a>",
            ),
            (
                "<img data-name=matomo data-src=a title=b>",
                "<img data-category=analytics data-src=a title=b>",
            ),
            // `data-name` of something else, and a tag that is done.
            ("<input data-name=matomo>", "<input data-name=matomo>"),
            (
                "<img data-name=matomo src=a>",
                "<img data-name=matomo src=a>",
            ),
            (
                "<script data-name=matomo src=a></script>",
                "<script data-name=matomo src=a></script>",
            ),
            (
                "<script type='text/plain' data-category=ads data-name=matomo>",
                "<script type='text/plain' data-category=marketing data-name=matomo>",
            ),
        ],
    );
    left(
        &names(),
        &[("<script type=text/plain data-name='m a'>", "several names")],
    );
}

#[test]
fn orejime_purposes_are_categories_if_they_are_called_so() {
    done(
        &renaming(&[], &["youtube=youtube"]),
        &[
            (
                "<template data-purpose=\"youtube\" data-contextual><iframe src=a></iframe></template>",
                "<template data-service=\"youtube\" data-contextual><iframe src=a></iframe></template>",
            ),
            (
                "<template data-purpose=statistics>a</template>",
                "<template data-category=analytics>a</template>",
            ),
            (
                "<script type='opt-in' data-type='application/javascript' data-name='youtube' data-src=a>",
                "<script type='text/plain' data-service='youtube' data-src=a>",
            ),
            ("<div data-purpose=a>b</div>", "<div data-purpose=a>b</div>"),
        ],
    );
    left(
        &names(),
        &[("<script type=opt-in>a</script>", "without `data-name`")],
    );
}

#[test]
fn onetrust_classes_become_categories_and_other_classes_stay() {
    done(
        &names(),
        &[
            (
                "<script type=\"text/plain\" class=\"optanon-category-C0002-C0004\" src=\"a\"></script>",
                "<script type=\"text/plain\" data-category=\"analytics marketing\" src=\"a\"></script>",
            ),
            (
                "<iframe class='a  optanon-category-C0004 b' src='c'></iframe>",
                "<iframe class='a b' data-category='marketing' data-src='c'></iframe>",
            ),
            (
                "<script class=optanon-category-C0001 src=a></script>",
                "<script data-category=necessary src=a></script>",
            ),
        ],
    );
    let social = rewritten("<img class=optanon-category-C0005 data-src=a>", &names());
    assert_eq!(social.text, "<img data-category=social data-src=a>");
    assert!(social.warnings[0].text.contains("`social` is none of"));
}

#[test]
fn attributes_that_contradict_each_other_stay() {
    left(
        &names(),
        &[
            (
                "<script data-category=analytics data-cookieconsent=marketing>",
                "different things",
            ),
            (
                "<script data-cookieconsent=a data-cookieconsent=b>",
                "twice",
            ),
            ("<script type=a type=b data-cookieconsent=ads>", "twice"),
            (
                "<iframe data-category=news data-cookieconsent=ads src=a>",
                "`news` is no category",
            ),
            (
                "<script class='optanon-category-C0004 cookieconsent-optin-marketing'>",
                "two systems",
            ),
        ],
    );
}

#[test]
fn a_category_of_something_else_is_not_renamed() {
    done(
        &names(),
        &[
            (
                "<div data-category=performance>",
                "<div data-category=performance>",
            ),
            (
                "<a data-category='ads' href=a>",
                "<a data-category='ads' href=a>",
            ),
            (
                "<iframe data-category=marketing src=a>",
                "<iframe data-category=marketing src=a>",
            ),
        ],
    );
    left(
        &names(),
        &[(
            "<img data-category=performance src=a>",
            "another name if it is not about consent",
        )],
    );
}

#[test]
fn template_code_stays_and_is_told_where_it_is_in_the_way() {
    done(
        &names(),
        &[
            (
                "<script {% if a > b %}data-cookieconsent=\"ads\"{% endif %} src=\"{{ c }}\">",
                "<script {% if a > b %}type=\"text/plain\" data-category=\"marketing\"{% endif %} src=\"{{ c }}\">",
            ),
            (
                "<iframe data-cookieconsent=ads src={{ a > b }} <?= \">\" ?>></iframe>",
                "<iframe data-category=marketing data-src={{ a > b }} <?= \">\" ?>></iframe>",
            ),
            (
                "{# don't <script> #}<img data-cookieconsent=ads data-src=\"<%= a(\"b\") %>\">",
                "{# don't <script> #}<img data-category=marketing data-src=\"<%= a(\"b\") %>\">",
            ),
        ],
    );
    left(
        &names(),
        &[
            ("<script data-cookieconsent=\"{{ a }}\">", "template code"),
            ("<script data-category='a{{'>", "template code"),
            ("<script data-cookieconsent=<?= $a ?>>", "template code"),
            (
                "<script type='{{ a }}' data-cookieconsent=ads>",
                "template code",
            ),
            ("<script data-cookieconsent={a}>", "no name"),
            (
                "<?php echo '<script data-cookieconsent=\"ads\">'; ?>",
                "in code",
            ),
            (
                "<script>document.write('<script data-cookieconsent=ads>')</script>",
                "in code",
            ),
        ],
    );
}

#[test]
fn comments_and_text_are_left_without_a_word() {
    for page in [
        "<!-- <script data-cookieconsent=ads> -->",
        "{# <script data-cookieconsent=ads> #}",
        "<p>The attribute data-cookieconsent</p><textarea><img data-cookieconsent=ads></textarea>",
        "",
        "\u{feff}\r\n\r",
    ] {
        done(&names(), &[(page, page)]);
    }
    let alive = "<!-- --><img data-cookieconsent=ads data-src=a>";
    assert_ne!(rewritten(alive, &names()).text, alive);
}

#[test]
fn markup_in_noscript_and_template_is_rewritten() {
    done(
        &names(),
        &[(
            "<noscript><img data-cookieconsent=ads src=a></noscript><template><template><img class=optanon-category-C0002 data-src=b></template></template>",
            "<noscript><img data-category=marketing data-src=a></noscript><template><template><img data-category=analytics data-src=b></template></template>",
        )],
    );
}

#[test]
fn a_warning_names_the_line() {
    let page = "<p>\r\n\n<b>\n<script type=text/plain\ndata-category=\n'!ads'></script>";
    let found = rewritten(page, &names());
    assert_eq!(found.warnings[0].line, Some(4));
}

/// Pieces of pages that end where they end.
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

/// Numbers that look like chance, and are the same in every run.
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
fn a_page_is_rewritten_piece_by_piece_and_nothing_else_of_it_changes() {
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
        if page(&text, &names()).is_ok() {
            rewritten(&text, &names());
        }
    }
}
