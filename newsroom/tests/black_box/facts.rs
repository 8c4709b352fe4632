//! Every fact of the two reports is on its page, spelled as its source spells it.

use crate::{site, visitor::Visitor, visitor::words};

const REPORT: &[&str] = &[
    // Title of the source, event, date, hosts, themes.
    "Peacekeeping initiatives in Asian countries at the OSCE Asian Partners for Co-operation Conference",
    "OSCE Asian Partners for Co-operation Group Conference (APCG)",
    "6 October 2023",
    "Poland and Japan jointly hosted",
    "approaches to peacebuilding",
    "the experience and lessons learned of the Asian partners in making peace in the region last",
    // Who spoke, each with the role.
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
    "a world full of conflicts and uncertainties",
    "imperative for well-being and dignity",
    "has risen steadily",
    "Russia's aggression against Ukraine alone",
    "about 17.6 million people",
    "49 per cent of the Ukrainian population at the time",
    "humanitarian assistance and protection",
    "vast increase",
    "more than 3 million",
    "the start of 2022",
    "rich peacekeeping experience",
    "can have an effect on other regions too",
    "The demining of Cambodia can serve as an example for Ukraine",
    "one of the most mined areas in the world",
    "his appreciation of Japan's growing engagement in peacebuilding and humanitarian work",
    // Mizuuchi.
    "Russia's aggression against Ukraine broke the foundations of the OSCE apart",
    "the Organisation stays relevant",
    "Japan has supported it for more than 30 years",
    "the role of individuals in peacebuilding",
    // Schmid.
    "thanked Poland and Japan for their initiative to hold the conference",
    "the principles at the core of the OSCE",
    "successful projects",
    "strengthening the role of women in the peace and security dimension in selected participating States",
    // Imafuku, Kumamoto, Ratana.
    "the nexus of development and peacekeeping",
    "nvesting in people and building a resilient society",
    "is key",
    "concrete examples of initiatives that empower individuals and promote inclusiveness after conflict",
    "his own extensive experience of mine action in Cambodia",
    "a concrete example of co-operation with Ukraine",
    // Fearon, Livingston.
    "has been investing in some 30 projects in participating States",
    "among other things",
    "empowering women",
    "preventing human trafficking",
    "building strong and resilient societies",
    "a comprehensive training centre in the OSCE region",
    // Close, gallery, credit.
    "he exchange of experience and lessons learned",
    "enhance close co-operation in tackling",
    "security challenges",
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
    // When, where, who organised.
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
    "on the margins of the General Debate of the 71st session of the United Nations General Assembly",
    "More than 20 Ministers, high-level representatives and regional organisations attended",
    "broad participation from all over the world",
    "women's part in peace processes",
    "The Ministerial Segment dealt with",
    "effective co-ordination and implementation of the WPS agenda through national and regional efforts",
    "a regulatory framework does not suffice by itself",
    "has partnered with more than 50 countries and organisations to share best practices",
    "national plans and strategies are made inclusive",
    "Mr. Timo Soini, Minister for Foreign Affairs of Finland, underpinned the importance of synergies",
    "the 1325 implementation process",
    "upholding the status of women and girls",
    "preventing conflict-related sexual and gender-based violence",
    "The Arms Trade Treaty was highlighted as an international agreement that recognises how the issues cut across each other",
    "links arms trade and gender-based violence",
    "among focal points",
    "best practices into implementation at national and regional level",
    "joint communiqué",
    "signed by 41 Member States and 3 regional organisations",
    "After the meeting",
    "reaffirmed that they will work together for more women at the decision-making level of national and regional peace processes and conflict-prevention programmes",
    "Mr. García-Margallo also noted",
    "meeting in 2017",
    "the city of Alicante, Spain",
];

fn report() -> (String, String) {
    open(crate::PAGES[1])
}

fn event() -> (String, String) {
    open(crate::PAGES[2])
}

/// The page as it is sent and as it is read.
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
fn the_title_of_the_source_is_shown_once_and_is_not_our_headline() {
    let (html, text) = report();
    assert_eq!(text.matches(REPORT[0]).count(), 1);
    assert!(html.contains(&format!("<cite>{}</cite>", REPORT[0])));
}

#[test]
fn nobody_is_quoted_and_what_the_source_leaves_open_stays_open() {
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
    // Where the organisation sits is not where the conference was.
    for place in ["Vienna", "Hofburg", "Warsaw", "Tokyo"] {
        assert!(!text.contains(place), "{place}");
    }
}

#[test]
fn the_listed_participants_are_not_said_to_have_come() {
    let (_, text) = event();
    let attended = text.matches("attended").count();
    let those =
        "More than 20 Ministers, high-level representatives and regional organisations attended";
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
