// Types of the page script of actix-consent, if its second file (`api.js`) is on the page.
//
// This interface is a convenience: the server blocks everything that was not granted, whatever a
// script does. A page without JavaScript behaves the same.

/** A condition on the granted units: an id, a list (all are required), or one of these objects. */
type ConsentCondition =
  | string
  | readonly ConsentCondition[]
  | { readonly any: readonly ConsentCondition[] }
  | { readonly not: ConsentCondition };

/** State of this page without a request: the attributes that the script sets on `<html>`. */
interface ConsentSummary {
  /**
   * `data-consent-state`. `unset`: a unit has no answer yet. `decided`: all units have one, or
   * silence counts as consent (model `Implied`). `unknown`: a page that is the same for everyone
   * (mode `shell`) has no response from the server yet, or gets none.
   */
  readonly status: 'unknown' | 'unset' | 'decided';
  /** `data-consent`: ids of the granted categories and services, without the necessary ones. */
  readonly granted: readonly string[];
}

/** A category or a service in {@link ConsentState}. */
interface ConsentUnit {
  readonly granted: boolean;
  /** Basis on which it is on or off. */
  readonly basis: 'necessary' | 'given' | 'implied' | 'rejected' | 'signal' | 'unanswered';
}

/** Response of the server: `state.json`. */
interface ConsentState {
  readonly v: 1;
  readonly model: 'opt-in' | 'implied';
  readonly jurisdiction: string | null;
  readonly status: 'undecided' | 'decided' | 'implied';
  /** Day of the choice, such as `2026-11-22`. */
  readonly day: string | null;
  readonly categories: { readonly [id: string]: ConsentUnit };
  readonly services: { readonly [id: string]: ConsentUnit & { readonly category?: string } };
  /** True if the browser sends `Sec-GPC: 1`. */
  readonly gpc: boolean;
  readonly asked: string;
}

/** Changes by a choice on this page. */
interface ConsentChange {
  /** Ids of the categories and services that are on now. */
  readonly categories: readonly string[];
  /** Ids that were turned on or off. */
  readonly changed: readonly string[];
  /** Ids that were on before. */
  readonly previous: readonly string[];
  /** Button that was pressed, or function that was called. */
  readonly method: 'accept' | 'reject' | 'save' | 'dismiss';
  /** Origin of the choice, as named by the form. */
  readonly source: 'banner' | 'placeholder' | 'api' | (string & {});
}

/** Error of {@link ConsentApi.accept}, `reject` and `save`. */
interface ConsentError extends Error {
  /**
   * Error code of the server (`cross_site`, `malformed`, `too_large`, `too_slow`,
   * `unsupported_type`), `unknown_unit` if an id is not in the policy and nothing was sent, or
   * `http` for a response that is not from this library. Absent if the network failed.
   */
  readonly code?: string;
}

/**
 * Details of the events, which are dispatched on `document` with `consent:` before their names.
 *
 * A choice that turns something off reloads the page, and so does one that turns something on in
 * mode `reload`. `first` and `change` then come before the reload, and the new page has `ready`
 * alone: to act on a grant, call `Consent.has` at `ready`.
 */
interface ConsentEvents {
  /** On every page, once the state is known. */
  ready: ConsentSummary;
  /** The first choice of this visitor was made on this page. Comes before `change`. */
  first: ConsentChange;
  /** A choice has turned a unit on or off. Not dispatched if it changed nothing. */
  change: ConsentChange;
  /** The banner is on the page. */
  shown: {};
  /** The banner is no longer on the page. */
  hidden: {};
}

interface ConsentApi {
  /**
   * Returns whether a condition is met: `has('analytics')`, `has(['analytics', { not: 'marketing' }])`.
   * Always false while the state is unknown; an id that the policy does not have is never on, and
   * neither is an empty list.
   */
  has(condition: ConsentCondition): boolean;
  /** Returns the state of this page. */
  get(): ConsentSummary;
  /** Requests the state from the server. */
  details(): Promise<ConsentState>;
  /**
   * Turns on the named units and leaves the rest unchanged; without ids, turns everything on. Call
   * it only on the visitor's request: otherwise it is not consent.
   *
   * The promise resolves to the new state. If the choice reloads the page, that follows.
   */
  accept(ids?: string | readonly string[]): Promise<ConsentState>;
  /** Turns off all optional units. */
  reject(): Promise<ConsentState>;
  /**
   * Saves answers for the named categories and services. A service follows its category unless it
   * is named itself. Other units keep their answer; implied consent and missing answers become
   * rejections.
   */
  save(answers: { readonly [id: string]: boolean }): Promise<ConsentState>;
  /** Goes to the settings page. */
  open(): void;
  /**
   * Calls a function with the details of an event. A late listener is still called for `ready`, and
   * for `shown` while the banner is there. Returns a function that removes the listener.
   */
  on<Name extends keyof ConsentEvents>(name: Name, act: (detail: ConsentEvents[Name]) => void): () => void;
}

declare const Consent: Readonly<ConsentApi>;

interface Window {
  readonly Consent?: Readonly<ConsentApi>;
}

interface DocumentEventMap {
  'consent:ready': CustomEvent<ConsentEvents['ready']>;
  'consent:first': CustomEvent<ConsentEvents['first']>;
  'consent:change': CustomEvent<ConsentEvents['change']>;
  'consent:shown': CustomEvent<ConsentEvents['shown']>;
  'consent:hidden': CustomEvent<ConsentEvents['hidden']>;
  /** Dispatched by the first file after each response of the server: `state` is the response. */
  'consent:state': CustomEvent<{
    readonly state: ConsentState;
    readonly previous: readonly string[];
    readonly method?: string;
    readonly source?: string;
  }>;
}
