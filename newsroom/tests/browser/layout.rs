//! Visual layout: equal buttons, nothing covered, no movement, no sideways scrolling.

use serde_json::{Value, json};

use crate::{ACCEPT, BANNER, PAGES, REJECT, Visit, driver::Browser, states};

/// All computed styles except the place in the grid, and the size on the screen.
const LOOK: &str = "
    const it = document.querySelector(arguments[0]);
    const style = getComputedStyle(it);
    const box = it.getBoundingClientRect();
    return [...style].filter(p => !p.startsWith('grid-')).map(p => p + ':' + style[p])
        .concat('area:' + box.width + 'x' + box.height);";

/// All layout shifts so far, also after input, with the element that moved and its places.
const SHIFTS: &str = "
    const done = arguments[arguments.length - 1];
    const place = box => [box.x, box.y, box.width, box.height].join(' ');
    const name = node => node ? (node.outerHTML || node.textContent).slice(0, 80) : 'gone';
    new PerformanceObserver((list, it) => {
        it.disconnect();
        done(list.getEntries().filter(entry => entry.value).map(entry => [
            entry.value,
            entry.startTime,
            entry.sources.map(it => [name(it.node), place(it.previousRect), place(it.currentRect)]),
        ]));
    }).observe({ type: 'layout-shift', buffered: true });
    // Without shifts the observer does not call back, so two frames suffice.
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done([]))));";

#[test]
#[ignore = "needs Chromium"]
fn accept_and_reject_look_exactly_alike() {
    let visit = Visit::with_javascript();
    for scheme in ["light", "dark"] {
        visit.browser.prefer(scheme);
        for width in [320, 600, 1280] {
            visit.browser.resize(width, 800);
            let browser = visit.open("/");
            let look = |selector: &str| browser.run(LOOK, &[json!(selector)]);
            assert_eq!(look(REJECT), look(ACCEPT), "{scheme} at {width}");
            // The control: two different buttons are reported.
            assert_ne!(look(REJECT), look(".display button"));
            let browser = visit.open("/privacy/choices");
            let look =
                |value: &str| browser.run(LOOK, &[json!(format!("main button[value={value}]"))]);
            assert_eq!(look("reject"), look("accept"), "{scheme} at {width}");
            assert_eq!(look("reject"), look("save"), "{scheme} at {width}");
        }
    }
}

#[test]
#[ignore = "needs Chromium"]
fn buttons_are_large_enough_for_a_thumb() {
    let visit = Visit::with_javascript();
    for width in [320, 1280] {
        visit.browser.resize(width, 800);
        for path in ["/", "/privacy/choices"] {
            let small = visit.open(path).run(
                "return [...document.querySelectorAll('.axc button, .axc-buttons button')]
                    .map(it => it.getBoundingClientRect())
                    .filter(box => box.height < 44 || box.width < 100).length",
                &[],
            );
            assert_eq!(small, json!(0), "{path} at {width}");
        }
    }
}

#[test]
#[ignore = "needs Chromium"]
fn the_banner_scrolls_away_and_covers_nothing() {
    let visit = Visit::with_javascript();
    for (width, height) in [(1280, 800), (320, 568)] {
        visit.browser.resize(width, height);
        for address in [visit.plain(PAGES[1]), visit.implied(PAGES[1])] {
            visit.browser.open(&address);
            let facts = visit.browser.run(
                "const it = document.querySelector(arguments[0]), style = getComputedStyle(it);
                 const before = it.getBoundingClientRect();
                 const below = it.nextElementSibling.getBoundingClientRect();
                 scrollTo(0, before.height + 10);
                 const after = it.getBoundingClientRect();
                 return { position: style.position, top: style.top, bottom: style.bottom,
                          starts: before.top === 0, apart: below.top >= before.bottom,
                          gone: after.bottom <= 0, full: before.width === innerWidth };",
                &[json!(BANNER)],
            );
            assert_eq!(
                facts,
                json!({
                    "position": "sticky", "top": "auto", "bottom": "auto",
                    "starts": true, "apart": true, "gone": true, "full": true,
                }),
                "{address} at {width}"
            );
        }
    }
}

/// Asserts that nothing moves while a page loads.
///
/// On a busy machine Chromium sometimes renders half of a page first, and a row at the right edge
/// moves. Such a shift is small and does not recur, while a shift caused by the page does.
fn assert_still(browser: &Browser, address: &str) {
    let mut seen = Vec::new();
    for _ in 0..5 {
        browser.open(address);
        let shifts = browser.run_async(SHIFTS);
        if shifts == json!([]) {
            return;
        }
        assert!(sum(&shifts) < 0.01, "{address}: {shifts:#}");
        seen.push(shifts);
    }
    panic!("{address}, each time: {seen:#?}");
}

fn sum(shifts: &Value) -> f64 {
    let shifts = shifts.as_array().expect("a list");
    shifts.iter().filter_map(|shift| shift[0].as_f64()).sum()
}

#[test]
#[ignore = "needs Chromium"]
fn nothing_moves_while_a_page_loads() {
    let visit = Visit::with_javascript();
    let browser = &visit.browser;
    for width in [320, 1280] {
        browser.resize(width, 800);
        for path in PAGES {
            assert_still(browser, &visit.plain(path));
            assert_still(browser, &visit.implied(path));
        }
    }
    visit.choose("/about", REJECT);
    // It is shown only once, so the check cannot be repeated.
    let shifts = browser.run_async(SHIFTS);
    assert!(sum(&shifts) < 0.01, "the confirmation: {shifts:#}");
    assert_still(browser, &visit.plain("/about"));
    // The control: a moving element is reported.
    browser.run(
        "const it = document.createElement('div');
         it.style.height = '200px';
         document.body.prepend(it);",
        &[],
    );
    let moved = browser.run_async(SHIFTS);
    assert!(sum(&moved) > 0.01, "{moved:#}");
}

#[test]
#[ignore = "needs Chromium"]
fn accepted_content_fills_its_placeholder_and_moves_nothing() {
    let visit = Visit::with_javascript();
    let browser = &visit.browser;
    let size = |selector: &str| {
        let size = "const box = document.querySelector(arguments[0]).getBoundingClientRect();
                    return [Math.round(box.width), Math.round(box.height)]";
        browser.run(size, &[json!(selector)])
    };
    browser.resize(1280, 800);
    let held = [PAGES[1], PAGES[2]].map(|path| {
        visit.open(path);
        size("main .axc-held")
    });
    visit.choose("/", ACCEPT);
    for (path, held) in [PAGES[1], PAGES[2]].into_iter().zip(held) {
        visit.open(path);
        assert_eq!(size("main iframe"), held, "{path}");
    }
    for width in [320, 1280] {
        browser.resize(width, 800);
        for path in [PAGES[1], PAGES[2]] {
            assert_still(browser, &visit.plain(path));
            let wide = browser.run("return document.documentElement.scrollWidth", &[]);
            assert_eq!(wide, json!(width), "{path}");
        }
    }
}

#[test]
#[ignore = "needs Chromium"]
fn no_page_scrolls_sideways_on_the_smallest_phone() {
    let visit = Visit::with_javascript();
    let browser = &visit.browser;
    browser.resize(320, 568);
    let width = || browser.run("return document.documentElement.scrollWidth", &[]);
    let mut wide = Vec::new();
    for path in PAGES {
        for address in [
            visit.plain(path),
            visit.plain(&format!("{path}?text=large")),
            visit.implied(path),
        ] {
            browser.open(&address);
            wide.push((address.clone(), width()));
            // Spacing that visitors may set by WCAG 1.4.12.
            browser.run(
                "const sheet = new CSSStyleSheet();
                 sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important;'
                     + 'word-spacing: .16em !important } p { margin-bottom: 2em !important }');
                 document.adoptedStyleSheets = [sheet];",
                &[],
            );
            wide.push((format!("{address}, spaced"), width()));
        }
    }
    wide.retain(|(_, width)| *width != json!(320));
    assert!(wide.is_empty(), "{wide:#?}");
    // The control: a page that scrolls sideways is reported.
    browser.open(&visit.plain("/"));
    browser.run(
        "const it = document.createElement('div');
         it.style.width = '400px';
         it.style.height = '1px';
         document.body.append(it);",
        &[],
    );
    assert_eq!(width(), json!(400));
}

/// Sets each text size, in CSS pixels of the root element, and returns the problems: pages that
/// scroll sideways, words broken between two letters, dates broken after the day, headings hardly
/// larger than the text. Random identifiers are no words.
const ENLARGED: &str = r"
    const sheet = new CSSStyleSheet(), wrong = [];
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    const range = document.createRange();
    const months = Array.from({ length: 12 }, (_, month) =>
        new Date(2026, month).toLocaleString('en', { month: 'long' }));
    const dates = new RegExp(String.raw`\b\d{1,2}\s(?:${months.join('|')})\b`, 'g');
    const breaks = (node, word) => {
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const lines = [...range.getClientRects()].filter(box => box.width);
        return new Set(lines.map(box => Math.round(box.top))).size > 1;
    };
    for (const size of arguments[0]) {
        sheet.replaceSync(`:root { font-size: ${size}px !important }`);
        const wide = document.documentElement.scrollWidth;
        if (wide > innerWidth) wrong.push(`${size} px: ${wide} wide`);
        const pixels = it => parseFloat(getComputedStyle(it).fontSize);
        for (const [headings, least] of [['h1', 1.15], ['h2', 1]])
            for (const it of document.querySelectorAll(`main:is(.frame, .axc-page) ${headings}:not(nav *)`))
                if (pixels(it) < least * pixels(document.body))
                    wrong.push(`${size} px: ${headings} has ${pixels(it)} px`);
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            const node = texts.currentNode, parent = node.parentElement;
            if (parent.closest('style, script, option, .axc-record code')) continue;
            if (!parent.checkVisibility()) continue;
            for (const word of node.data.matchAll(/[\p{L}\p{N}']+/gu))
                if (breaks(node, word)) wrong.push(`${size} px: ${word[0]} breaks`);
            for (const date of node.data.matchAll(dates))
                if (breaks(node, date)) wrong.push(`${size} px: ${date[0]} breaks`);
        }
    }
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter(it => it !== sheet);
    return wrong;";

#[test]
#[ignore = "needs Chromium"]
fn text_of_twice_the_size_fits_and_breaks_no_word_or_date() {
    let mut visit = Visit::with_javascript();
    let mut all = Vec::new();
    let enlarged = |browser: &Browser| -> Vec<String> {
        let wrong = browser.run(ENLARGED, &[json!([16, 24, 32])]);
        serde_json::from_value(wrong).expect("a list of texts")
    };
    states::each(&mut visit, |visit, what| {
        for width in [320, 360, 768, 1280] {
            visit.browser.resize(width, 800);
            let wrong = enlarged(&visit.browser).into_iter();
            all.extend(wrong.map(|wrong| format!("{what} at {width}: {wrong}")));
        }
    });
    assert!(all.is_empty(), "{all:#?}");
    // The control: a column that grows with the text, a word and a date forced to break, and a
    // small heading are reported.
    let browser = visit.open("/about");
    browser.resize(320, 800);
    browser.run(
        "document.querySelector('h1').innerHTML = 'demonstration'.repeat(3);
         document.querySelector('main h2').style.fontSize = '10px';
         const date = document.querySelector('main p');
         date.textContent = '1 December 2026';
         date.style.width = 'min-content';
         const wide = document.createElement('div');
         wide.style.width = '15rem';
         wide.style.height = '1px';
         document.body.append(wide);",
        &[],
    );
    let found = enlarged(browser).join("\n");
    assert!(found.contains("24 px: 360 wide"), "{found}");
    for wrong in ["demonstration breaks", "1 December breaks", "h2 has 10 px"] {
        assert!(found.contains(wrong), "{wrong}: {found}");
    }
}

#[test]
#[ignore = "needs Chromium"]
fn nothing_moves_for_visitors_who_reduce_motion() {
    let visit = Visit::with_javascript();
    for path in PAGES {
        let moving = visit.open(path).run(
            "return [...document.querySelectorAll('*')].filter(it => {
                const style = getComputedStyle(it);
                return style.animationName !== 'none' || !/^0s(, 0s)*$/.test(style.transitionDuration);
             }).length",
            &[],
        );
        assert_eq!(moving, json!(0), "{path}");
    }
}
