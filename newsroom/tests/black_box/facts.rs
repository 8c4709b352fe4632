//! Every fact of the two reports is on its page, in the site's own words: names and figures as in
//! the source, sentences different.

use std::{collections::BTreeSet, env, fs, path::Path};

use crate::{site, visitor::Visitor, visitor::words};

const REPORT: &[&str] = &[
    // Title of the source, event, date, hosts, themes.
    "Peacekeeping initiatives in Asian countries at the OSCE Asian Partners for Co-operation Conference",
    "OSCE Asian Partners for Co-operation Group Conference (APCG)",
    "6 October 2023",
    "Poland and Japan jointly hosted",
    "approaches to peacebuilding",
    "how the Asian partners have made peace last in their region",
    "the experience and lessons learned there",
    // Speakers with their roles.
    "Ambassador Adam Hałaciński Permanent Representative of Poland to the OSCE and Chair of the APCG",
    "Ambassador Ryuta Mizuuchi Ambassador of Japan",
    "Helga Schmid Secretary General of the OSCE",
    "Mr. Takao Imafuku Deputy Director-General, Foreign Policy Bureau of Japan",
    "Ms. Mihoko Kumamoto Director of the Division for Prosperity, United Nations Institute for Training and Research",
    "H.E. Heng Ratana Director General, Cambodia Mine Action Centre",
    "Ms. Catherine Fearon Deputy Director, Conflict Prevention Centre",
    "Mr. Jace Livingston Director, OSCE Border Management Staff College (BMSC)",
    // Hałaciński.
    "opening remarks",
    "full of conflicts and uncertainties",
    "to seek peace is more than a wish",
    "for well-being and dignity it is an imperative",
    "people need humanitarian assistance",
    "their number has risen steadily",
    "Russia's aggression against Ukraine alone",
    "about 17.6 million people",
    "At the time, that was 49 per cent of the Ukrainian population",
    "humanitarian assistance and protection",
    "vast increase",
    "more than 3 million",
    "the start of 2022",
    "Asia's rich peacekeeping experience can have an effect elsewhere too",
    "The demining of Cambodia, for one, can be an example to Ukraine",
    "now counts among the world's most mined areas",
    "how much he appreciates Japan's growing engagement, both in peacebuilding and in humanitarian work",
    // Mizuuchi.
    "The foundations of the OSCE were broken apart by Russia's aggression against Ukraine",
    "the Organisation stays relevant",
    "for more than 30 years it has had Japan's support",
    "A debate is now going on in Japan about individuals and their role in peacebuilding",
    "stressed how important it is",
    // Schmid.
    "thanked both hosts: to hold the conference was the initiative of Poland and Japan",
    "the principles that are at the core of the OSCE",
    "successful projects",
    "strengthen, in selected participating States, the role that women have in the peace and security dimension",
    // Imafuku, Kumamoto, Ratana.
    "Development and peacekeeping form a nexus",
    "What is key, he said, is to invest in people and to build a resilient society",
    "concrete examples: initiatives that, after conflict, empower individuals and promote inclusiveness",
    "extensive experience of his own with mine action in Cambodia",
    "an example, a concrete one, of co-operation with Ukraine",
    // Fearon, Livingston.
    "Some 30 projects in participating States: that is what the OSCE has been investing in",
    "Among other things",
    "to empower women",
    "to prevent human trafficking",
    "to make societies strong and resilient",
    "the concrete contribution that his College makes",
    "in the OSCE region, it is a comprehensive training centre",
    // Close, gallery, credit.
    "The OSCE and the Asian partners share security challenges",
    "exchanging experience and lessons learned",
    "enhance their close co-operation and so tackle them",
    "Photos (6)",
    "Photo: Micky Kroell/OBWE",
    "Back to reports",
];

const EVENT: &[&str] = &[
    // Names of the network; the expansion of WPS is ours.
    "WPS National Focal Points Network",
    "WPS Focal Points Network",
    "National Network of Focal Points on WPS",
    "Women, Peace and Security",
    // Time, place and organisers.
    "Event information",
    "Friday, 23 September 2016, 1.15 pm to 2.30 pm",
    "United Nations Headquarters, Conference Room 4, 46th Street and 1st Avenue, 10017 New York",
    "Organized by Permanent Mission of Spain Permanent Mission of Canada Permanent Mission of Chile Permanent Mission of Japan Permanent Mission of Namibia and the United Arab Emirates",
    // Listed.
    "Participants",
    "Listed",
    "Amb. Swanee Hunt Keynote speaker; Founder and Chair, Inclusive Security",
    "H.E. Mr. José Manuel García-Margallo Minister of Foreign Affairs and Cooperation, Spain",
    "Hon. Netumbo Nandi-Ndaitwah Deputy Prime Minister and Minister of International Relations and Cooperation, Namibia (to be confirmed)",
    "H.E. Ms. Reem Al Hashimy Minister of State for International Cooperation, UAE",
    "H.E. Mr. Marcos Robledo Vice Minister for Defense, Chile",
    "Minister, Canada No name is given (to be confirmed)",
    "High Level Representative, Japan No name is given (to be confirmed)",
    // Both dates, each with its place in the source.
    "event information says 23 September",
    "account of what happened says 20 September",
    // What happened.
    "foundational meeting",
    "The United Nations General Assembly held the General Debate of its 71st session",
    "On the margins of it",
    "More than 20 Ministers, representatives at high level and regional organisations attended",
    "Participation was broad and came from all over the world",
    "commitment, too",
    "women's part in peace processes",
    "A regulatory framework alone does not suffice",
    "the Ministerial Segment dealt with national and regional efforts",
    "improve the effective co-ordination of the WPS agenda, and its implementation",
    "put it into practice, the network shares best practices with partners",
    "more than 50 of them, countries and organisations",
    "once more stood by this practical way of working",
    "national plans and strategies are made inclusive",
    "The importance of synergies was underpinned by Mr. Timo Soini, Minister for Foreign Affairs of Finland",
    "the 1325 implementation process",
    "serve other sectors",
    "humanitarian assistance",
    "uphold the status of women and girls",
    "prevent conflict-related sexual and gender-based violence",
    "One international agreement was highlighted, the Arms Trade Treaty",
    "links arms trade with gender-based violence, in recognition of how the issues cut across each other",
    "among focal points",
    "best practices into implementation, at national level and at regional level",
    "joint communiqué",
    "the signatures of 41 Member States and of 3 regional organisations",
    "After the meeting",
    "Ministers and high-level representatives as well as regional organisations, affirmed once again that they will work together",
    "more women at decision-making level, in peace processes and in conflict-prevention programmes, both national and regional",
    "Mr. García-Margallo also noted",
    "to meet in 2017",
    "the city of Alicante, Spain",
];

fn report() -> (String, String) {
    open(crate::PAGES[1])
}

fn event() -> (String, String) {
    open(crate::PAGES[2])
}

/// The page as HTML and as plain text.
fn open(path: &str) -> (String, String) {
    let site = site(&[]);
    let html = Visitor::of(site.port).open(path).text().to_owned();
    let text = words(&html);
    (html, text)
}

fn assert_told(facts: &[&str], text: &str) {
    let missing: Vec<_> = facts.iter().filter(|fact| !text.contains(**fact)).collect();
    assert!(missing.is_empty(), "missing: {missing:#?}\nin: {text}");
}

#[test]
fn every_fact_of_the_conference_report_is_on_its_page() {
    assert_told(REPORT, &report().1);
}

#[test]
fn every_fact_of_the_event_is_on_its_page() {
    assert_told(EVENT, &event().1);
}

#[test]
fn the_credit_stands_once_and_under_no_drawing_of_ours() {
    let (html, text) = report();
    assert_eq!(text.matches("Micky Kroell").count(), 1);
    assert!(text.contains("Its photographs (Photo: Micky Kroell/OBWE) are not shown here."));
    let (_, gallery) = html
        .split_once("<section class=\"gallery\"")
        .expect("it has one");
    let (gallery, _) = gallery.split_once("</section>").expect("it has an end");
    let captions: Vec<_> = gallery
        .split("<figcaption>")
        .skip(1)
        .filter_map(|rest| rest.split("</figcaption>").next())
        .collect();
    assert_eq!(captions.len(), 6);
    for caption in captions {
        assert!(caption.starts_with("Illustration: "), "{caption}");
    }
    assert_eq!(gallery.matches("<svg").count(), 6);
    assert!(!html.contains("<img"));
}

#[test]
fn shows_the_source_title_once_and_not_as_headline() {
    let (html, text) = report();
    assert_eq!(text.matches(REPORT[0]).count(), 1);
    assert!(html.contains(&format!("<cite>{}</cite>", REPORT[0])));
}

#[test]
fn quotes_nobody_and_leaves_open_questions_open() {
    for (html, text) in [report(), event()] {
        let (_, story) = text.split_once("Back to reports").expect("it has a start");
        let (story, _) = story.split_once("Source:").expect("it has an end");
        for mark in ['"', '“', '”', '„', '«', '»'] {
            assert!(!story.contains(mark), "{mark}: {story}");
        }
        assert!(!html.contains("<q") && !html.contains("<blockquote"));
    }
    let (_, text) = report();
    assert!(text.contains("It names neither the place nor the day of the conference."));
    // The seat of the organisation is not the place of the conference.
    for place in ["Vienna", "Hofburg", "Warsaw", "Tokyo"] {
        assert!(!text.contains(place), "{place}");
    }
}

#[test]
fn the_listed_participants_are_not_said_to_have_come() {
    let (_, text) = event();
    let attended = text.matches("attended").count();
    let those =
        "More than 20 Ministers, representatives at high level and regional organisations attended";
    assert_eq!(text.matches(those).count(), attended, "{text}");
    assert!(attended > 0);
    assert!(text.contains("The list does not say who came."));
}

#[test]
fn slips_of_the_source_are_not_handed_on() {
    let (_, text) = event();
    for slip in ["23st", "46st", "1 avenue", "Headquarter,"] {
        assert!(!text.contains(slip), "{slip}");
    }
}

/// Names, titles, times and places with a fixed spelling. They may have any length.
const NAMES: [&str; 30] = [
    "Permanent Representative of Poland to the OSCE",
    "Chair of the APCG",
    "Ambassador Adam Hałaciński",
    "Ambassador Ryuta Mizuuchi",
    "Ambassador of Japan",
    "Helga Schmid",
    "Secretary General of the OSCE",
    "Mr. Takao Imafuku",
    "Deputy Director-General, Foreign Policy Bureau of Japan",
    "Ms. Mihoko Kumamoto",
    "Director of the Division for Prosperity, United Nations Institute for Training and Research",
    "Director General, Cambodia Mine Action Centre",
    "Ms. Catherine Fearon",
    "Deputy Director, Conflict Prevention Centre",
    "Mr. Jace Livingston",
    "Director, OSCE Border Management Staff College",
    "Peacekeeping initiatives in Asian countries at the OSCE Asian Partners for Co-operation Conference",
    "OSCE Asian Partners for Co-operation Group Conference",
    "Friday, 23 September 2016, 1.15 pm to 2.30 pm",
    "United Nations Headquarters, Conference Room 4, 46th Street and 1st Avenue, 10017 New York",
    "Mr. José Manuel García-Margallo",
    "Minister of Foreign Affairs and Cooperation, Spain",
    "Hon. Netumbo Nandi-Ndaitwah",
    "Deputy Prime Minister and Minister of International Relations and Cooperation, Namibia",
    "H.E. Ms. Reem Al Hashimy",
    "Minister of State for International Cooperation, UAE",
    "Vice Minister for Defense, Chile",
    "Mr. Timo Soini, Minister for Foreign Affairs of Finland",
    "National Network of Focal Points on WPS",
    "keynote speaker; Founder and Chair, Inclusive Security",
];

/// Runs of eight words in lower case. None crosses a name.
fn runs(text: &str) -> BTreeSet<String> {
    let bare = |text: &str| {
        let letters = text.to_lowercase().replace('’', "'");
        let words = letters.split(|letter: char| !letter.is_alphanumeric() && letter != '\'');
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        words.join(" ")
    };
    let mut text = format!(" {} ", bare(text));
    for name in NAMES {
        text = text.replace(&format!(" {} ", bare(name)), " | ");
    }
    text.split('|')
        .flat_map(|part| {
            let words: Vec<_> = part.split_whitespace().collect();
            let runs = words.windows(8).map(|run| run.join(" "));
            runs.collect::<Vec<_>>()
        })
        .collect()
}

/// The sources as this project has them: the content of the reports, fact by fact.
fn sources() -> String {
    let folder = env::var_os("CONSENT_REFERENCE").expect("CONSENT_REFERENCE names a folder");
    let beside = Path::new(&folder).join("../content/reports.md");
    fs::read_to_string(Path::new(&folder).join("reports.md"))
        .or_else(|_| fs::read_to_string(&beside))
        .unwrap_or_else(|error| panic!("{}: {error}", beside.display()))
}

#[test]
#[ignore = "needs reports.md, in the folder CONSENT_REFERENCE or in content beside it"]
fn reference_no_page_repeats_eight_words_of_a_source() {
    let sources = sources();
    let theirs = runs(&sources);
    let site = site(&[]);
    let mut visitor = Visitor::of(site.port);
    let mut paths = crate::PAGES.to_vec();
    paths.extend(crate::LIBRARY_PAGES);
    paths.push("/feed.xml");
    for host in ["localhost", "implied.localhost"] {
        visitor.go_to(&format!("{host}:{}", site.port));
        for path in &paths {
            let page = words(visitor.open(path).text());
            let both: Vec<_> = runs(&page).intersection(&theirs).cloned().collect();
            assert!(both.is_empty(), "{host}{path}: {both:#?}");
        }
    }
    // The control: a sentence of the source is found, also with a name in it.
    let sentence = sources
        .split("; ")
        .find(|part| part.contains("the role of women"))
        .expect("a sentence");
    assert!(!runs(sentence).is_disjoint(&theirs), "{sentence}");
}
