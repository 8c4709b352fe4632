#[actix_web::test]
async fn every_cookie_is_declared_and_consented_to() {
    let consent = ConsentMiddleware::new(Policy::load("consent.toml").unwrap(), SigningKeys::generate()).unwrap();
    let app = init_service(App::new().route("/", web::get().to(front)).wrap(consent.clone())).await;
    Audit::new(&consent).get("/").run(&app).await.assert_clean();
}
