import { QUERY_TIMES, QueryError, queryTime } from "../text/query_time.ts";

/** What is asked of the list of workloads; all of it stands in the address of the page. */
export interface WorkloadQuery {
  /** A namespace, "" for those of the appliance, "all" for every one. */
  namespace: string;
  /** A part of the name. */
  name: string;
  /** "Deployment/msp/db": its pods, one a row; "" for the workloads themselves. */
  of: string;
  /** What is over is shown, too. */
  ended: boolean;
  /** From 1. */
  page: number;
}

/** What is asked of the events. */
export interface EventQuery {
  /** As in {@link WorkloadQuery}. */
  namespace: string;
  /** A part of the object's name, the reason or the message. */
  text: string;
  /** "Pod/msp/db-0": of this object alone. */
  about: string;
  /** Warnings alone. */
  warnings: boolean;
  /** The window: an age like "15m", "6h" or "2d", or an ISO time; "" is open. */
  since: string;
  until: string;
  /** From 1. */
  page: number;
}

/** Everything of the appliance, the first page. */
export const ALL_WORKLOADS: WorkloadQuery = { namespace: "", name: "", of: "", ended: false, page: 1 };
/** Every event of the appliance, the first page. */
export const ALL_EVENTS: EventQuery = {
  namespace: "",
  text: "",
  about: "",
  warnings: false,
  since: "",
  until: "",
  page: 1,
};

const MOST_CHARS = 300;

/** The question in an address. @throws {QueryError} for a field that there is not, and for a value that is none. */
export function parseWorkloadQuery(search: URLSearchParams): WorkloadQuery {
  return parse(search, ALL_WORKLOADS);
}

/** The question in an address. @throws {QueryError} */
export function parseEventQuery(search: URLSearchParams): EventQuery {
  const query = parse(search, ALL_EVENTS);
  for (const field of ["since", "until"] as const) {
    if (query[field] !== "" && timeOfBound(query[field], 0) === undefined) {
      throw new QueryError(
        field,
        `"${field}" must be like ${QUERY_TIMES}`,
      );
    }
  }
  return query;
}

/** A question as an address has it, without what is so anyway. */
export function toSearch<Q extends WorkloadQuery | EventQuery>(query: Q, change: Partial<Q> = {}): string {
  const usual: Record<string, unknown> = { ...ALL_WORKLOADS, ...ALL_EVENTS };
  const given = Object.entries({ ...query, ...change }).filter(([name, value]) => value !== usual[name]);
  const search = new URLSearchParams(
    given.map(([name, value]) => [name, value === true ? "yes" : String(value)]),
  );
  return given.length === 0 ? "" : `?${search}`;
}

/** The moment that a bound of a window means, in ms; `undefined` when it means none. */
export function timeOfBound(bound: string, nowMs: number): number | undefined {
  const time = queryTime(bound, nowMs);
  return time === undefined ? undefined : Date.parse(time);
}

function parse<Q extends object>(search: URLSearchParams, usual: Q): Q {
  const query = { ...usual } as Record<string, unknown>;
  for (const [field, text] of search) {
    if (!Object.hasOwn(usual, field)) throw new QueryError(field, `There is no filter "${field}"`);
    if (search.getAll(field).length > 1) throw new QueryError(field, `"${field}" is given twice`);
    query[field] = parseField(field, text, typeof query[field]);
  }
  return query as Q;
}

function parseField(field: string, text: string, type: string): unknown {
  if (text.length > MOST_CHARS) {
    throw new QueryError(field, `"${field}" is longer than ${MOST_CHARS} characters`);
  }
  if (type === "boolean") {
    if (["", "yes", "no"].includes(text)) return text === "yes";
    throw new QueryError(field, `"${field}" must be yes or no`);
  }
  if (type === "number") {
    if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
    throw new QueryError(field, `"${field}" must be a number from 1`);
  }
  return text.trim();
}
