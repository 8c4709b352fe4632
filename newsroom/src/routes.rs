//! The routes of the site with their layers.

use actix_session::{
    SessionMiddleware, config::CookieContentSecurity, storage::CookieSessionStore,
};
use actix_web::{HttpResponse, cookie::SameSite, middleware::from_fn, web};

use crate::{assets, cookies, page_account, pages, site::Site};

impl Site {
    /// Adds pages and assets with the layers that they need: the session, error pages, and the
    /// account of each page.
    pub fn routes(&self, cfg: &mut web::ServiceConfig) {
        self.routes_with(cfg, |_| {});
    }

    /// Adds `more` routes inside the same layers, such as a failing one for tests.
    pub fn routes_with(
        &self,
        cfg: &mut web::ServiceConfig,
        more: impl FnOnce(&mut web::ServiceConfig),
    ) {
        cfg.app_data(web::Data::new(self.clone())).service(
            web::scope("")
                .wrap(self.session())
                .wrap(from_fn(pages::error_page::render))
                .wrap(from_fn(page_account::write))
                .configure(pages::routes)
                .configure(assets::routes)
                .configure(more)
                .default_service(web::to(HttpResponse::NotFound)),
        );
    }

    /// A session that ends with the browser, stored in an encrypted cookie.
    fn session(&self) -> SessionMiddleware<CookieSessionStore> {
        SessionMiddleware::builder(CookieSessionStore::default(), self.session_key.clone())
            .cookie_name(cookies::SESSION.to_owned())
            .cookie_secure(self.secure())
            .cookie_same_site(SameSite::Lax)
            .cookie_content_security(CookieContentSecurity::Private)
            .build()
    }
}
