// Types of the page script of actix-consent, when its second file (`api.js`) is on the page.
//
// What can be asked here is for convenience: the server has already held back what was not
// granted, whatever a script says. A page without JavaScript behaves the same.

/** A condition on what is on: an id; a list, all of which are needed; or one of these objects. */
type ConsentCondition =
  | string
  | readonly ConsentCondition[]
  | { readonly any: readonly ConsentCondition[] }
  | { readonly not: ConsentCondition };

/** What this page knows, without a request: the attributes that the script keeps on `<html>`. */
interface ConsentSummary {
  /**
   * `data-consent-state`. `unset`: something is still to be answered. `decided`: nothing is, or
   * silence is read as a yes where the law of the place has it so. `unknown`: a page that is the
   * same for everyone (mode `shell`) has not heard from the server yet, or cannot.
   */
  readonly status: 'unknown' | 'unset' | 'decided';
  /** `data-consent`: ids of the categories and services that are on, without the necessary ones. */
  readonly granted: readonly string[];
}

/** A category or a service in {@link ConsentState}. */
interface ConsentUnit {
  readonly granted: boolean;
  /** Why it is on or off. */
  readonly basis: 'necessary' | 'given' | 'implied' | 'rejected' | 'signal' | 'unanswered';
}

/** The answer of the server: `state.json`. */
interface ConsentState {
  readonly v: 1;
  readonly model: 'opt-in' | 'implied';
  readonly jurisdiction: string | null;
  readonly status: 'undecided' | 'decided' | 'implied';
  /** The day of the choice, as in `2026-11-22`. */
  readonly day: string | null;
  readonly categories: { readonly [id: string]: ConsentUnit };
  readonly services: { readonly [id: string]: ConsentUnit & { readonly category?: string } };
  /** Whether the browser sends `Sec-GPC: 1`. */
  readonly gpc: boolean;
  readonly asked: string;
}

/** What a choice on this page has changed. */
interface ConsentChange {
  /** Ids of the categories and services that are on now. */
  readonly categories: readonly string[];
  /** Ids that were turned on or off. */
  readonly changed: readonly string[];
  /** Ids that were on before. */
  readonly previous: readonly string[];
  /** Which button was pressed, or which function called. */
  readonly method: 'accept' | 'reject' | 'save' | 'dismiss';
  /** Where: the form says so itself. */
  readonly source: 'banner' | 'placeholder' | 'api' | (string & {});
}

/** What {@link ConsentApi.accept} and its like reject with, unless the network failed. */
interface ConsentError extends Error {
  /**
   * The word of the server (`cross_site`, `malformed`, `too_large`, `too_slow`,
   * `unsupported_type`), `unknown_unit` where an id is not in the policy and nothing was sent, or
   * `http` for an answer that is not from this library. Absent where the network failed.
   */
  readonly code?: string;
}

/**
 * Details of the events, which are dispatched on `document` with `consent:` before their names.
 *
 * A choice that turns something off reloads the page, and so does one that turns something on in
 * mode `reload`. `first` and `change` then come before the reload, and the new page has `ready`
 * alone: whoever acts on a grant had better ask `Consent.has` at `ready`.
 */
interface ConsentEvents {
  /** On every page, once the state is known. */
  ready: ConsentSummary;
  /** The first choice of this visitor was made on this page. Comes before `change`. */
  first: ConsentChange;
  /** A choice has turned something on or off; not where it has changed nothing. */
  change: ConsentChange;
  /** The banner is on the page. */
  shown: {};
  /** It no longer is. */
  hidden: {};
}

interface ConsentApi {
  /**
   * Whether a condition is met: `has('analytics')`, `has(['analytics', { not: 'marketing' }])`.
   * Always false while the state is unknown; an id that the policy does not have is never on, and
   * neither is an empty list.
   */
  has(condition: ConsentCondition): boolean;
  /** What this page knows, at once. */
  get(): ConsentSummary;
  /** What the server knows, by a request. */
  details(): Promise<ConsentState>;
  /**
   * Turns on what is named and leaves the rest as it is; without ids, turns everything on. Only
   * for a visitor who has asked for it: a call without one is no consent.
   *
   * The promise is of the new state. Where the choice reloads the page, that is about to happen.
   */
  accept(ids?: string | readonly string[]): Promise<ConsentState>;
  /** Turns off everything optional. */
  reject(): Promise<ConsentState>;
  /**
   * Answers for the categories and services that are named. A service follows its category unless
   * it is named itself. What is not named is answered as it is: a yes that was only implied counts
   * as a no, and what was never answered is answered with a no.
   */
  save(answers: { readonly [id: string]: boolean }): Promise<ConsentState>;
  /** Goes to the settings page. */
  open(): void;
  /**
   * Calls a function with the details of an event. One who comes late is told of `ready`, and of
   * `shown` while the banner is there. Returns a function that ends it.
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
  /** From the first file alone, whenever the server has answered: `state` is its answer. */
  'consent:state': CustomEvent<{
    readonly state: ConsentState;
    readonly previous: readonly string[];
    readonly method?: string;
    readonly source?: string;
  }>;
}
