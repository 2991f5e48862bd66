/** Help for every cause. Whoever needs it loads it when somebody asks. */
export { helpId, helpIndex, type HelpPage, helpPage, type ShownMeans, type ShownStep } from "./help_page.ts";
export { helpText } from "./help_text.ts";
export { nearestIds } from "./nearest_ids.ts";
export { wordsOfFinding } from "./words_of_finding.ts";
