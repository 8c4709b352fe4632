//! Each system, before and after.

use super::*;

#[test]
fn vanilla_gets_the_names_of_the_new_system() {
    done(
        &names(),
        &[
            (
                "<script type='text/plain' data-category='ads' data-src=a>1</script>",
                "<script type='text/plain' data-consent-category='marketing' data-src=a>1</script>",
            ),
            (
                "<script type=text/plain data-cookiecategory=statistics src=a></script>",
                "<script type=text/plain data-consent-category=analytics src=a></script>",
            ),
            (
                "<script data-cookiecategory=\"functionality\">1</script>",
                "<script type=\"text/plain\" data-consent-category=\"preferences\">1</script>",
            ),
            (
                "<script type=\"module\" data-cookiecategory='ads'>1</script>",
                "<script type=\"text/plain\" data-type=\"module\" data-consent-category='marketing'>1</script>",
            ),
            (
                "<script type='text/plain' data-category='analytics' data-cookiecategory='analytics'>",
                "<script type='text/plain' data-consent-category='analytics'>",
            ),
        ],
    );
}

#[test]
fn vanilla_services_may_have_spaces_and_get_ids() {
    let before = "<script type=\"text/plain\" data-category=\"analytics\" data-service=\"Google Analytics\">";
    let after = "<script type=\"text/plain\" data-consent-category=\"analytics\" data-consent-service=\"ga\">";
    done(&renaming(&[], &["Google Analytics=ga"]), &[(before, after)]);
    left(&names(), &[(before, "is not a valid id of a service")]);
}

#[test]
fn what_is_for_visitors_who_refuse_stays_and_is_told() {
    left(
        &names(),
        &[
            (
                "<script type='text/plain' data-category='!analytics'>",
                "reject",
            ),
            (
                "<script type='text/plain' data-category='ads' data-service='!ga'>",
                "reject",
            ),
            (
                "<script type='text/plain' data-cookiecategory='!ads'>",
                "reject",
            ),
            (
                "<p class='x cookieconsent-optout-marketing'>a</p>",
                "reject",
            ),
            ("<script data-cookieconsent='!statistics'>", "reject"),
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
                "<script type=\"text/plain\" data-consent-category=\"analytics marketing\" src=\"a\"></script>",
            ),
            (
                "<script type=text/javascript data-cookieconsent=statistics,ads src=a></script>",
                "<script type=\"text/plain\" data-consent-category=\"analytics marketing\" src=a></script>",
            ),
            (
                "<iframe data-cookieblock-src='a' data-cookieconsent='marketing'></iframe>",
                "<iframe data-src='a' data-consent-category='marketing'></iframe>",
            ),
            (
                "<IFRAME SRC=a DATA-CookieConsent=MARKETING></IFRAME>",
                "<IFRAME data-src=a data-consent-category=marketing></IFRAME>",
            ),
            (
                "<img data-cookieconsent=\"statistics\" src=\"a\" srcset=\"a 1x\">",
                "<img data-consent-category=\"analytics\" data-src=\"a\" data-srcset=\"a 1x\">",
            ),
            (
                "<object data=a data-cookieconsent=ads></object>",
                "<object data-src=a data-consent-category=marketing></object>",
            ),
            (
                "<link rel=stylesheet data-cookieconsent='preferences' href=a>",
                "<link rel=stylesheet data-consent-category='preferences' data-href=a>",
            ),
            (
                "<script data-cookieconsent='ignore' src=a></script>",
                "<script src=a></script>",
            ),
            (
                "<script data-cookieconsent='necessary' src=a></script><img data-cookieconsent='necessary' src=a>",
                "<script data-consent-category='necessary' src=a></script><img data-consent-category='necessary' src=a>",
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
            (
                "<source data-cookieconsent=ads src=a>",
                "a `<source>` cannot be gated",
            ),
            (
                "<div data-cookieconsent=ads>a</div>",
                "a `<div>` cannot be gated",
            ),
            ("<script data-cookieconsent>", "is empty"),
            ("<script data-cookieconsent=' , '>", "is empty"),
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
                "<template data-consent-category=\"marketing\"><div class=\"a b\">\r\n<div>1</div>\r\n</div></template>\
                 <template data-consent-category=\"analytics marketing\"><div></div></template>",
            ),
            (
                "<iframe class='cookieconsent-optin-marketing' data-src=a></iframe>",
                "<iframe data-consent-category='marketing' data-src=a></iframe>",
            ),
            (
                "<iframe data-cookieconsent='marketing' class='x cookieconsent-optin-marketing' src=a></iframe>",
                "<iframe data-consent-category='marketing' class='x' data-src=a></iframe>",
            ),
        ],
    );
    left(
        &names(),
        &[
            ("<div class=cookieconsent-optin-marketing>", "no end tag"),
            (
                "<li class=cookieconsent-optin-marketing>a</li>",
                "uncertain",
            ),
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
fn klaro_keeps_the_service_and_warns_of_no_category() {
    let before = "<script type=\"text/plain\" data-type=\"application/javascript\" data-name=\"matomo\" data-src=\"a\"></script>";
    let after =
        "<script type=\"text/plain\" data-consent-service=\"matomo\" data-src=\"a\"></script>";
    let found = rewritten(before, &names());
    assert_eq!(found.text, after);
    assert!(
        found.warnings[0]
            .text
            .contains("does not name the category of `matomo`")
    );
    done(&renaming(&[], &["matomo=matomo"]), &[(before, after)]);
    done(
        &renaming(&["matomo=analytics"], &["m a=ma"]),
        &[
            (
                before,
                &after.replace(
                    "data-consent-service=\"matomo\"",
                    "data-consent-category=\"analytics\"",
                ),
            ),
            (
                "<script type=text/plain data-type=module data-name='m a'>",
                "<script type=text/plain data-type=module data-consent-service='ma'>",
            ),
            (
                "<link rel=stylesheet type='text/plain' data-type='text/css' data-name=matomo data-href=a>",
                "<link rel=stylesheet type='text/css' data-consent-category=analytics data-href=a>",
            ),
            (
                "<img data-name=matomo data-src=a title=b>",
                "<img data-consent-category=analytics data-src=a title=b>",
            ),
            // An unrelated `data-name`, and a migrated tag.
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
                "<script type='text/plain' data-consent-category=marketing data-name=matomo>",
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
                "<template data-consent-service=\"youtube\" data-placeholder><iframe src=a></iframe></template>",
            ),
            (
                "<template data-purpose=statistics>a</template>",
                "<template data-consent-category=analytics>a</template>",
            ),
            (
                "<script type='opt-in' data-type='application/javascript' data-name='youtube' data-src=a>",
                "<script type='text/plain' data-consent-service='youtube' data-src=a>",
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
                "<script type=\"text/plain\" data-consent-category=\"analytics marketing\" src=\"a\"></script>",
            ),
            (
                "<iframe class='a  optanon-category-C0004 b' src='c'></iframe>",
                "<iframe class='a b' data-consent-category='marketing' data-src='c'></iframe>",
            ),
            (
                "<script class=optanon-category-C0001 src=a></script>",
                "<script data-consent-category=necessary src=a></script>",
            ),
        ],
    );
    let social = rewritten("<img class=optanon-category-C0005 data-src=a>", &names());
    assert_eq!(social.text, "<img data-consent-category=social data-src=a>");
    assert!(
        social.warnings[0]
            .text
            .contains("unknown category `social`")
    );
}
