// A way back to the settings: ours, those of known products, or by its words. A selector for it.
(() => {
  const words = /(cookie|privacy|consent|tracking)[ -]?(settings|preferences|choices|options)|manage (your )?(cookies|consent|privacy)|change (your )?(cookie|consent)|your privacy choices|(cookie|datenschutz|privatsphäre)[ -]?einstellungen|einwilligung(en)? (verwalten|ändern|widerrufen)|gestion des cookies|gérer (les |mes )?cookies|paramètres (des|de) cookies|préférences cookies|impostazioni (dei )?cookie|gestisci (i )?cookie|configuraci[oó]n de (las )?cookies|gestionar cookies|ustawienia (plików )?cookies?|zarządzaj (cookies|plikami)|cookie-?instellingen|cookies beheren|definições de cookies|ρυθμίσεις cookies|nastavení cookies|süti ?beállítások|cookie-?inställningar|setări cookie|withdraw/i;
  const known = document.querySelector('a[href$="/privacy/choices"], [data-consent-settings], [data-cc="show-preferencesModal"], #ot-sdk-btn, .ot-sdk-show-settings, .ot-floating-button__open, #CookiebotWidget button, .cky-btn-revisit, #tarteaucitronManager, #tarteaucitronIcon button, .cmplz-manage-consent, .iubenda-tp-btn, .cc-revoke, [onclick*="showSettings"], [onclick*="openPreferences"]');
  const found = known ?? all("a, button, [role=button]").find((e) => words.test((e.innerText || e.getAttribute('aria-label') || e.title || '').slice(0, 100)));
  if (!found) return null;
  found.setAttribute('data-consent-audit', 'reopen');
  return '[data-consent-audit="reopen"]';
})()
