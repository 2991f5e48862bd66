import { hiddenCharacter } from "./hidden_characters.ts";

/** Longest password that is taken, in UTF-16 code units. */
export const MAX_PASSWORD_CHARS = 200;

/** Password policy of the application, and of this appliance's own pages. */
const RULES: readonly [RegExp, string][] = [
  [/^.{8,}$/su, "must have at least 8 characters"],
  [/[a-z]/, "must contain a lower-case letter"],
  [/[A-Z]/, "must contain an upper-case letter"],
  [/[0-9]/, "must contain a digit"],
  [/[!@#$%^&*(),.?":{}|<>]/, 'must contain one of ! @ # $ % ^ & * ( ) , . ? " : { } | < >'],
];

/** What keeps a text from being a password, each in words; empty when it is one. Its own characters are never told. */
export function passwordProblems(password: string): string[] {
  const problems = RULES.filter(([rule]) => !rule.test(password)).map(([, what]) => `The password ${what}`);
  if (password.length > MAX_PASSWORD_CHARS) {
    problems.unshift(`The password is longer than ${MAX_PASSWORD_CHARS} characters`);
  }
  const hidden = hiddenCharacter(password);
  if (!hidden) return problems;
  // Which one is not told: it is a part of the password.
  const what = hidden.kind === "control" ? "a control character" : "an invisible character";
  return [
    ...problems,
    `The password contains ${what}, which cannot be typed when signing in: type it by hand`,
  ];
}
