// Words and looks that every script about banners shares: it stands before each of them.
// Words on buttons, in the languages of the EU's largest populations and English.
const WORDS = {
  accept: [
    "accept", "agree", "allow", "ok", "okay", "got it", "i understand", "yes", "enable all",
    "akzeptieren", "annehmen", "zustimmen", "einverstanden", "erlauben", "zulassen", "verstanden", "alle auswählen",
    "accepter", "j'accepte", "tout accepter", "autoriser", "d'accord", "continuer", "j'ai compris", "compris",
    "accetta", "accetto", "accettare", "consenti", "acconsento", "ho capito",
    "aceptar", "acepto", "permitir", "de acuerdo", "entendido",
    "akceptuj", "akceptuję", "zgadzam się", "zaakceptuj", "zezwól", "rozumiem", "zgoda",
    "acceptă", "accept toate", "sunt de acord", "permite", "am înțeles",
    "accepteren", "accepteer", "akkoord", "toestaan", "ik ga akkoord", "begrepen",
    "aceitar", "aceito", "concordo", "entendi",
    "αποδοχή", "αποδέχομαι", "συμφωνώ", "επιτρέπω", "κατάλαβα",
    "přijmout", "souhlasím", "povolit", "rozumím", "přijímám",
    "elfogad", "elfogadom", "engedélyez", "rendben", "egyetértek",
    "acceptera", "godkänn", "tillåt", "jag förstår", "accepter alle", "hyväksy", "приемам",
  ],
  reject: [
    "reject", "refuse", "decline", "deny", "disagree", "no thanks", "necessary only", "only necessary",
    "essential only", "only essential", "strictly necessary", "continue without", "do not accept", "don't accept", "opt out", "do not sell", "withdraw", "widerrufen",
    "ablehnen", "verweigern", "nicht zustimmen", "nicht akzeptieren", "nur notwendige", "nur erforderliche", "nur essenzielle", "ohne zustimmung", "ohne einwilligung", "nein",
    "refuser", "je refuse", "tout refuser", "continuer sans accepter", "interdire", "uniquement nécessaires", "uniquement les cookies", "rejeter",
    "rifiuta", "rifiuto", "nega", "continua senza accettare", "solo necessari", "solo i necessari", "rifiutare",
    "rechazar", "rechazo", "denegar", "solo necesarias", "solo las necesarias", "continuar sin aceptar", "no acepto",
    "odrzuć", "odrzucam", "odmawiam", "nie zgadzam się", "tylko niezbędne", "tylko wymagane", "odmów",
    "respinge", "refuz", "refuză", "doar necesare", "doar cele necesare", "nu accept",
    "weigeren", "afwijzen", "alleen noodzakelijke", "alleen noodzakelijk", "niet akkoord", "weiger",
    "rejeitar", "recusar", "apenas necessários", "só necessários", "não aceito",
    "απόρριψη", "απορρίπτω", "δεν συμφωνώ", "μόνο απαραίτητα", "μόνο τα απαραίτητα",
    "odmítnout", "odmítám", "nesouhlasím", "pouze nezbytné", "jen nezbytné",
    "elutasít", "elutasítom", "csak a szükséges", "nem fogadom el",
    "neka", "avvisa", "avböj", "endast nödvändiga", "bara nödvändiga", "afvis", "kun nødvendige", "hylkää", "vain välttämättömät", "отказвам", "отхвърлям",
  ],
  settings: [
    "setting", "settings", "customize", "customise", "manage", "preferences", "options", "more choices", "choose", "details", "purposes", "configure", "learn more and",
    "einstellungen", "anpassen", "auswahl", "verwalten", "optionen", "individuell",
    "paramétrer", "paramètres", "personnaliser", "gérer", "choisir", "préférences",
    "impostazioni", "personalizza", "gestisci", "preferenze", "scegli",
    "configurar", "ajustes", "personalizar", "gestionar", "preferencias", "configuración",
    "ustawienia", "dostosuj", "zarządzaj", "preferencje", "opcje",
    "setări", "personalizează", "gestionează", "preferințe", "opțiuni",
    "instellingen", "aanpassen", "beheren", "voorkeuren",
    "definições", "gerir", "configurações", "preferências", "opções",
    "ρυθμίσεις", "προσαρμογή", "διαχείριση", "επιλογές",
    "nastavení", "přizpůsobit", "spravovat", "předvolby", "podrobnosti",
    "beállítások", "testreszabás", "kezelése", "lehetőségek",
    "inställningar", "anpassa", "hantera", "indstillinger", "tilpas", "asetukset", "настройки",
  ],
  save: [
    "save", "confirm", "apply", "allow selection", "accept selected",
    "speichern", "auswahl bestätigen", "auswahl erlauben", "enregistrer", "valider", "confirmer", "salva", "conferma", "guardar", "confirmar",
    "zapisz", "potwierdź", "salvează", "confirmă", "opslaan", "bevestig", "selectie toestaan", "salvar", "αποθήκευση", "επιβεβαίωση",
    "uložit", "potvrdit", "mentés", "spara", "bekräfta", "gem", "tallenna", "запази",
  ],
  close: ["×", "✕", "✖", "x", "close", "dismiss", "schließen", "fermer", "chiudi", "cerrar", "zamknij", "închide", "sluiten", "fechar", "κλείσιμο", "zavřít", "bezárás", "stäng", "luk", "sulje", "затвори"],
};
const NEVER = /\b(pay|subscribe|log ?in|sign ?in|sign ?up|abonn|kaufen|buy|search|newsletter|i am 18|over 18)/i;
// Elements of the page and of open shadow roots.
const all = (selector, root = document) => {
  const found = [...root.querySelectorAll(selector)];
  for (const host of root.querySelectorAll("*")) {
    if (host.shadowRoot) found.push(...all(selector, host.shadowRoot));
  }
  return found;
};
const visible = (element) => {
  const box = element.getBoundingClientRect();
  if (box.width < 2 || box.height < 2) return false;
  return element.checkVisibility
    ? element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })
    : getComputedStyle(element).visibility !== "hidden";
};
const parent = (element) => element.parentElement || (element.getRootNode().host ?? null);
const inside = (element, holder) => {
  for (let up = element; up; up = parent(up)) if (up === holder) return true;
  return false;
};
const label = (element) => {
  const text = element.innerText || element.value || element.getAttribute("aria-label") || element.title || "";
  return text.trim().replace(/\s+/g, " ").slice(0, 120);
};
const says = (text, words) => words.some((word) => {
  const at = text.indexOf(word);
  if (at < 0) return false;
  const letter = /[\p{L}\p{N}]/u;
  const before = text[at - 1], behind = text[at + word.length];
  return !(before && letter.test(before)) && (word.length > 5 || !(behind && letter.test(behind)));
});
const sort = (element) => {
  const name = element.getAttribute("name"), value = element.getAttribute("value");
  if (name === "action" && ["accept", "reject", "save"].includes(value)) return value;
  const aria = (element.getAttribute("aria-label") || "").toLowerCase();
  const text = label(element).toLowerCase();
  if (!text && !aria) return null;
  if (text.length > 80 || NEVER.test(text)) return null;
  if (WORDS.close.includes(text) || (!text && says(aria, WORDS.close))) return "close";
  for (const kind of ["reject", "save", "settings", "accept", "close"]) {
    if (says(text || aria, WORDS[kind])) return kind;
  }
  return null;
};
const CONTROLS = "button, input[type=submit], input[type=button], a, [role=button], [class*=button], [class*=btn], summary";

// A box or switch that can be changed, by its label.
const boxesIn = (holder) => all("input[type=checkbox], input[type=radio], [role=switch], [role=checkbox]", holder)
  .filter((tick) => visible(tick) || [...(tick.labels || [])].some(visible))
  .filter((tick) => !tick.disabled && tick.getAttribute("aria-disabled") !== "true")
  .map((tick) => {
    const name = [...(tick.labels || [])].map((one) => one.innerText).join(" ") || tick.getAttribute("aria-label") || tick.name || "";
    const ticked = tick.checked === true || tick.getAttribute("aria-checked") === "true";
    return { label: name.trim().replace(/\s+/g, " ").slice(0, 80), ticked, tick };
  })
  // A radio button that says no is no agreement.
  .filter(({ tick, ticked }) => !(tick.type === "radio" && ticked && /^(0|no|off|reject|deny|false)$/i.test(tick.value)));
