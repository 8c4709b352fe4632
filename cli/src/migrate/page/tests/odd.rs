//! Pages with contradictory, empty or unrelated attributes.

use super::*;

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
                "`news`, which is not a known category",
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
            "replace it with `data-consent-category` and a known one",
        )],
    );
}

#[test]
fn short_names_stay_unless_they_are_about_consent() {
    // A second run, and other uses of the short names.
    for page in [
        "<script type=text/plain data-consent-category=analytics data-category=shoes src=a></script>",
        "<img data-consent-service=delivery data-service=x data-src=a>",
        "<img data-service=delivery src=a>",
        "<img data-service=delivery data-src=a>",
        "<script src=/app.js data-service=core></script>",
        "<template id=row data-service=x></template>",
    ] {
        done(&names(), &[(page, page)]);
    }
    left(
        &names(),
        &[
            (
                "<img data-category=shoes data-src=a>",
                "unknown category `shoes`",
            ),
            (
                "<script data-category=core src=a>",
                "unknown category `core`",
            ),
            ("<template data-category=x>", "unknown category `x`"),
            (
                "<img data-category=marketing class=optanon-category-C0002 src=a>",
                "another purpose",
            ),
        ],
    );
    done(
        &renaming(&["shoes=shoes"], &["delivery=delivery"]),
        &[
            (
                "<img data-category=shoes data-src=a>",
                "<img data-consent-category=shoes data-src=a>",
            ),
            (
                "<img data-service=delivery data-src=a>",
                "<img data-consent-service=delivery data-src=a>",
            ),
        ],
    );
}

#[test]
fn short_names_that_are_about_consent_get_the_default_ones() {
    done(
        &names(),
        &[
            (
                "<script type=text/plain data-service=matomo>",
                "<script type=text/plain data-consent-service=matomo>",
            ),
            (
                "<template data-placeholder data-service=video>",
                "<template data-placeholder data-consent-service=video>",
            ),
            (
                "<iframe data-category='analytics  marketing' data-service=video data-src=a>",
                "<iframe data-consent-category='analytics  marketing' data-consent-service=video data-src=a>",
            ),
            (
                "<script data-service=matomo data-cookieconsent=statistics src=a>",
                "<script type=\"text/plain\" data-consent-service=matomo data-consent-category=analytics src=a>",
            ),
            (
                "<iframe data-consent-category=ads src=a>",
                "<iframe data-consent-category=marketing src=a>",
            ),
        ],
    );
}

#[test]
fn template_code_stays_and_is_told_where_it_is_in_the_way() {
    done(
        &names(),
        &[
            (
                "<script {% if a > b %}data-cookieconsent=\"ads\"{% endif %} src=\"{{ c }}\">",
                "<script {% if a > b %}type=\"text/plain\" data-consent-category=\"marketing\"{% endif %} src=\"{{ c }}\">",
            ),
            (
                "<iframe data-cookieconsent=ads src={{ a > b }} <?= \">\" ?>></iframe>",
                "<iframe data-consent-category=marketing data-src={{ a > b }} <?= \">\" ?>></iframe>",
            ),
            (
                "{# don't <script> #}<img data-cookieconsent=ads data-src=\"<%= a(\"b\") %>\">",
                "{# don't <script> #}<img data-consent-category=marketing data-src=\"<%= a(\"b\") %>\">",
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
            ("<script data-cookieconsent={a}>", "not a valid name"),
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
            "<noscript><img data-consent-category=marketing data-src=a></noscript><template><template><img data-consent-category=analytics data-src=b></template></template>",
        )],
    );
}

#[test]
fn a_warning_names_the_line() {
    let page = "<p>\r\n\n<b>\n<script type=text/plain\ndata-category=\n'!ads'></script>";
    let found = rewritten(page, &names());
    assert_eq!(found.warnings[0].line, Some(4));
}
