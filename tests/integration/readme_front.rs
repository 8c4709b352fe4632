async fn front(consent: Consent) -> HttpResponse {
    let page = format!("<!doctype html><title>News</title><body>{}<h1>News</h1>", consent.banner());
    let visits = Cookie::build("visits", "1").secure(true).http_only(true).same_site(SameSite::Lax);
    HttpResponse::Ok().content_type("text/html").cookie(visits.finish()).body(page)
}
