//! Audits two applications: one whose cookies pass the gate, and one with a middleware outside of
//! it.
//!
//! ```sh
//! cargo run --example audit
//! ```

use std::process::ExitCode;

use actix_consent::{Consent, ConsentMiddleware, Policy, SigningKeys, audit::Audit};
use actix_web::{
    App, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    middleware::DefaultHeaders,
    test, web,
};

const POLICY: &str = r#"
version = 1

[site]
name = "Example"
serves = ["EU"]

[controller]
name = "Example Ltd"
email = "privacy@example.org"

[[category]]
id = "analytics"
title = "Analytics"
summary = "count visits"
purposes = ["usage-analytics"]

[[cookie]]
name = "visits"
category = "analytics"
purpose = "Counts your visits."
duration = "30 days"
"#;

/// Sets a cookie as usual; the gate sends or withholds it.
async fn page(consent: Consent) -> HttpResponse {
    let visits = Cookie::build("visits", "1")
        .path("/")
        .max_age(Duration::days(30))
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish();
    HttpResponse::Ok()
        .content_type("text/html")
        .cookie(visits)
        .body(format!("<body>{}<h1>News</h1>", consent.banner()))
}

#[actix_web::main]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let consent = ConsentMiddleware::new(Policy::parse(POLICY)?, SigningKeys::generate())?;
    let audit = Audit::new(&consent).get("/").get("/report");
    let routes = |cfg: &mut web::ServiceConfig| {
        cfg.route("/", web::get().to(page))
            .route("/report", web::get().to(page));
    };

    let app = App::new().configure(routes).wrap(consent.clone());
    let good = audit.run(&test::init_service(app).await).await;
    println!("{good}");

    // In Actix the last `.wrap(..)` is the outermost, so the gate never sees what this one adds.
    let counting = DefaultHeaders::new().add(("Set-Cookie", "_count=1; Max-Age=31536000"));
    let app = App::new()
        .configure(routes)
        .wrap(consent.clone())
        .wrap(counting);
    let bad = audit.run(&test::init_service(app).await).await;
    println!("{bad}");
    println!("{}", bad.to_toml());

    // One of each kind is what this example is about.
    Ok(ExitCode::from(u8::from(!good.is_clean() || bad.is_clean())))
}
