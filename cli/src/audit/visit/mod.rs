//! A visit: a fresh profile, a choice, and a tour of the pages.

pub(crate) mod banner;
pub(crate) mod crawl;
pub(crate) mod plan;

use std::time::{Duration, SystemTime};

use actix_consent::audit::rules::State;

use self::{
    banner::{Answer, Answering, Outcome, Selectors},
    crawl::Limits,
};
use super::{
    browser::{
        Gone,
        chromium::{Chromium, Profile},
        cookie_jar,
        recorder::Recorder,
        scripts,
        tab::Tab,
    },
    record::{
        Banner, Choosing, Circumstances, Kept, PageSeen, Picture, ProblemKind, Tick, Visit,
        site::Site, value_fingerprint::Tracer,
    },
};

/// Common settings of the visits of an audit.
#[derive(Debug)]
pub(crate) struct Tour {
    pub(crate) chromium: Chromium,
    pub(crate) site: Site,
    pub(crate) tracer: Tracer,
    pub(crate) selectors: Selectors,
    pub(crate) limits: Limits,
}

/// A visit in progress.
struct Visitor<'t> {
    tour: &'t Tour,
    profile: &'t Profile<'t>,
    circumstances: &'t Circumstances,
    recorder: Recorder,
    visit: Visit,
}

/// Pages of a visit.
pub(crate) enum Route<'p> {
    /// Discovers the pages by links.
    Explore,
    These(&'p [String]),
}

impl Tour {
    /// Makes one visit. It always ends, and returns the events until then.
    pub(crate) async fn visit(&self, circumstances: &Circumstances, route: Route<'_>) -> Visit {
        let recorder = Recorder::new(self.site.clone(), self.tracer.clone());
        let empty = Visit {
            circumstances: circumstances.clone(),
            started: SystemTime::now(),
            pages: Vec::new(),
            events: Vec::new(),
            kept: Vec::new(),
            without_cookies: None,
            banner: None,
            choice: Choosing::Silent,
            pictures: Vec::new(),
            problems: Vec::new(),
        };
        let profile = match self.chromium.profile().await {
            Ok(profile) => profile,
            Err(why) => {
                return Visit {
                    choice: Choosing::Failed { why },
                    ..empty
                };
            }
        };
        let mut visitor = Visitor {
            tour: self,
            profile: &profile,
            circumstances,
            recorder,
            visit: empty,
        };
        // Each step has its own limit; this one is the last resort.
        let within = self.limits.visit(match &route {
            Route::Explore => self.limits.pages,
            Route::These(pages) => pages.len(),
        });
        if tokio::time::timeout(within, visitor.go(route))
            .await
            .is_err()
        {
            let kind = ProblemKind::Hangs;
            visitor
                .recorder
                .problem(kind, "the visit took too long and was stopped");
        }
        let mut visit = visitor.visit;
        if visit.kept.is_empty() {
            let cookies = profile.cookies().await;
            let kept = |cookie| cookie_jar::kept(cookie, &self.site, &self.tracer);
            visit.kept = cookies.iter().map(kept).collect();
        }
        (visit.events, visit.problems) = visitor.recorder.finish();
        profile.end().await;
        visit
    }
}

impl Visitor<'_> {
    async fn tab(&self) -> Result<Tab, Gone> {
        let page = self.profile.tab().await.map_err(|_| Gone)?;
        let limit = self.tour.limits.page;
        Tab::new(page, self.recorder.clone(), self.circumstances, limit).await
    }

    async fn go(&mut self, route: Route<'_>) {
        let start = self.tour.site.start.to_string();
        // Keep one tab open: the window closes with its last tab, and a new one takes long to open.
        let _window = self.profile.tab().await;
        // If the first page fails, the visit ends and keeps its events.
        match self.arrive(&start).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(Gone) => return self.cut_short(),
        }
        match route {
            Route::Explore => self.explore(start).await,
            Route::These(pages) => {
                for address in pages {
                    self.read(address).await;
                }
            }
        }
        if self.end().await.is_err() {
            self.cut_short();
        }
    }

    /// Reports that the visit ended early, so that missing events are not read as compliance.
    fn cut_short(&self) {
        let detail = "the page stopped responding, so this visit ended early";
        self.recorder.problem(ProblemKind::Hangs, detail);
    }

    /// Opens the first page and makes the choice. Returns whether the visit continues.
    async fn arrive(&mut self, start: &str) -> Result<bool, Gone> {
        let tab = self.tab().await?;
        self.recorder.page(0, start);
        let took = tab.open(start).await?;
        let selectors = &self.tour.selectors;
        let banner = banner::find(&tab, selectors).await?;
        self.note_page(&tab, start, took, banner.is_some()).await?;
        self.picture(&tab, "The first page, unanswered").await;
        let silent = self.circumstances.state == State::NoChoice;
        if silent && self.circumstances.scripts && !self.circumstances.gpc {
            self.look_closer(&tab, banner.clone()).await?;
        } else {
            self.visit.banner = banner.clone();
        }
        let mut going_on = true;
        if !silent {
            going_on = self.choose(&tab, banner.as_ref()).await?;
            self.picture(&tab, "After the answer").await;
        }
        tab.linger().await?;
        if silent && let Some(seen) = &mut self.visit.banner {
            seen.vanishes = banner::find(&tab, &self.tour.selectors).await?.is_none();
        }
        tab.leave().await?;
        Ok(going_on)
    }

    /// Checks the banner on the screen of a phone and with the keyboard.
    async fn look_closer(&mut self, tab: &Tab, banner: Option<Banner>) -> Result<(), Gone> {
        let Some(mut banner) = banner else {
            return Ok(());
        };
        let selectors = &self.tour.selectors;
        banner.traps_focus = banner::traps_focus(tab, &banner).await?;
        tab.phone(true).await?;
        if let Some(small) = banner::find(tab, selectors).await? {
            banner.covers = small.covers;
            banner.covers_focus = banner::covers_focus(tab).await?;
            self.picture(tab, "The first page on a phone").await;
        }
        tab.phone(false).await?;
        self.visit.banner = Some(banner);
        Ok(())
    }

    /// Reads the checkboxes of the settings at the end of the visit, since this changes the page.
    async fn look_behind(&mut self, tab: &Tab) -> Result<(), Gone> {
        let Some(shown) = banner::find(tab, &self.tour.selectors).await? else {
            return Ok(());
        };
        // Events there do not belong to the page with the banner.
        let start = self.tour.site.start.as_str();
        self.recorder.page(self.visit.pages.len(), start);
        let behind = banner::boxes_behind(tab, &shown).await?;
        let address: String = tab.evaluate("location.href").await?;
        self.note_page(tab, &address, 0, true).await?;
        if let Some(seen) = &mut self.visit.banner {
            let news = |tick: &Tick| !seen.boxes.iter().any(|known| known.label == tick.label);
            let news: Vec<Tick> = behind.into_iter().filter(news).collect();
            seen.boxes.extend(news);
        }
        Ok(())
    }

    async fn choose(&mut self, tab: &Tab, banner: Option<&Banner>) -> Result<bool, Gone> {
        let Some(banner) = banner else {
            self.visit.choice = Choosing::Failed {
                why: "no banner was found".to_owned(),
            };
            return Ok(false);
        };
        let answer = match &self.circumstances.state {
            State::Rejected => Answer::Reject,
            State::Only(category) => Answer::Only(category.clone()),
            State::WentOn => Answer::Close,
            _ => Answer::Accept,
        };
        let mut answering = Answering {
            tab,
            selectors: &self.tour.selectors,
            recorder: &self.recorder,
            state: match &self.circumstances.state {
                State::Withdrawn => State::Accepted,
                state => state.clone(),
            },
        };
        tab.look().await;
        let mut outcome = answering.answer(banner, &answer).await?;
        if self.circumstances.state == State::Withdrawn && matches!(outcome, Outcome::Said { .. }) {
            // Let the site use the consent before it is withdrawn.
            tab.open(self.tour.site.start.as_str()).await?;
            tab.look().await;
            answering.state = State::Withdrawn;
            outcome = answering.withdraw().await?;
        }
        self.visit.choice = match outcome {
            Outcome::Said { clicks } => Choosing::Said { clicks },
            Outcome::Failed { why } => Choosing::Failed { why },
        };
        Ok(matches!(self.visit.choice, Choosing::Said { .. }))
    }

    /// Opens a page, stays on it for a while, leaves it, and returns its links.
    async fn read(&mut self, address: &str) -> Vec<(String, String)> {
        self.recorder.page(self.visit.pages.len(), address);
        match self.try_to_read(address).await {
            Ok(links) => links,
            Err(Gone) => {
                self.cut_short();
                Vec::new()
            }
        }
    }

    async fn try_to_read(&mut self, address: &str) -> Result<Vec<(String, String)>, Gone> {
        // A separate tab for each page, so that a hanging page affects no other.
        let tab = self.tab().await?;
        let took = tab.open(address).await?;
        let asks = banner::find(&tab, &self.tour.selectors).await?.is_some();
        let links = self.note_page(&tab, address, took, asks).await?;
        tab.linger().await?;
        tab.leave().await?;
        Ok(links)
    }

    async fn note_page(
        &mut self,
        tab: &Tab,
        address: &str,
        took: u64,
        asks: bool,
    ) -> Result<Vec<(String, String)>, Gone> {
        let page: scripts::Page = tab.evaluate(scripts::PAGE).await?;
        for (address, relation) in &page.readied {
            self.recorder.readied(address, relation);
        }
        let status = self.recorder.status();
        if let Some(status) = status.filter(|status| *status >= 400) {
            let detail = format!("the response has status {status}");
            self.recorder.problem(ProblemKind::ErrorStatus, detail);
        }
        self.visit.pages.push(PageSeen {
            address: address.to_owned(),
            title: page.title,
            status,
            took,
            asks,
        });
        Ok(page.links)
    }

    /// Follows links, breadth first.
    async fn explore(&mut self, start: String) {
        let mut frontier = crawl::Frontier::new(&self.tour.site, &self.tour.limits);
        frontier.add(&start, 0);
        for address in self.sitemap().await {
            frontier.add(&address, 1);
        }
        // This opens the first page again, as for a returning visitor.
        while let Some((address, depth)) = frontier.next() {
            for (link, text) in self.read(&address).await {
                if crawl::is_harmless(&link, &text) {
                    frontier.add(&link, depth + 1);
                }
            }
        }
    }

    /// Reads the sitemap in an unrecorded tab, since the request is not one of the page.
    async fn sitemap(&self) -> Vec<String> {
        let aside = Recorder::new(self.tour.site.clone(), self.tour.tracer.clone());
        let ask = async {
            let page = self.profile.tab().await.map_err(|_| Gone)?;
            let tab = Tab::new(page, aside, self.circumstances, Duration::from_secs(5)).await?;
            let address = self
                .tour
                .site
                .start
                .join("/sitemap.xml")
                .map_err(|_| Gone)?;
            tab.open(address.as_str()).await?;
            tab.evaluate::<String>("document.contentType.includes('xml') ? document.documentElement.textContent.slice(0, 200000) : ''").await
        };
        let text = ask.await.unwrap_or_default();
        text.split_whitespace()
            .filter(|word| word.starts_with("http"))
            .take(1000)
            .map(str::to_owned)
            .collect()
    }

    /// Reads the cookies and storage of the profile, then checks whether removed cookies reappear.
    async fn end(&mut self) -> Result<(), Gone> {
        let site = &self.tour.site;
        let tab = self.tab().await?;
        let start = site.start.to_string();
        self.recorder.page(self.visit.pages.len(), &start);
        let took = tab.open(&start).await?;
        let cookies = self.profile.cookies().await;
        for cookie in &cookies {
            self.recorder
                .holds(&cookie_jar::header(cookie), &cookie.domain);
        }
        let kept = |cookie| cookie_jar::kept(cookie, site, &self.tour.tracer);
        self.visit.kept = cookies.iter().map(kept).collect();
        let held: scripts::Held = tab.evaluate(scripts::STORAGE).await?;
        for item in &held.stored {
            let stored = self
                .recorder
                .stored(&item.kind, &item.key, &item.text, &held.origin);
            if let Some(stored) = stored {
                self.recorder.keeps(&stored);
                self.visit.kept.push(Kept::Item(stored));
            }
        }
        let asks = banner::find(&tab, &self.tour.selectors).await?.is_some();
        self.note_page(&tab, &start, took, asks).await?;
        self.picture(&tab, "At the end").await;
        let circumstances = self.circumstances;
        if circumstances.state == State::NoChoice && circumstances.scripts && !circumstances.gpc {
            self.look_behind(&tab).await?;
        }
        if !cookies.is_empty() && !held.stored.is_empty() && self.circumstances.scripts {
            // Remove cookies and keep storage: a value that reappears was copied there.
            self.profile.forget_cookies().await;
            self.visit.without_cookies = Some(self.visit.pages.len());
            self.recorder.page(self.visit.pages.len(), &start);
            let took = tab.open(&start).await?;
            let asks = banner::find(&tab, &self.tour.selectors).await?.is_some();
            self.note_page(&tab, &start, took, asks).await?;
            tab.linger().await?;
        }
        Ok(())
    }

    async fn picture(&mut self, tab: &Tab, caption: &str) {
        if let Some(webp) = tab.picture().await {
            self.visit.pictures.push(Picture {
                caption: caption.to_owned(),
                webp,
            });
        }
    }
}
