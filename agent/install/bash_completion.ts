import { type CommandHelp, optionsOf, wordsOf } from "./command_help.ts";

/** Completion for bash, from the help of the commands; where nothing fits, files are offered. `helpTopics`: what "help" takes besides commands. */
export function bashCompletion(commands: readonly CommandHelp[], helpTopics: readonly string[]): string {
  const names = commands.map((it) => it.name).join(" ");
  const cases = commands.map((it) =>
    `      ${it.name}) words="${[...wordsOf(it), ...optionsOf(it), "--help"].join(" ")}" ;;`
  );
  return `# bash completion for alga-agent; written by alga-agent itself.
_alga_agent() {
  local word=\${COMP_WORDS[COMP_CWORD]} words=
  if ((COMP_CWORD == 1)); then
    words="${names} help --version"
  else
    case \${COMP_WORDS[1]} in
${cases.join("\n")}
      help) words="${[names, ...helpTopics].join(" ")}" ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F _alga_agent alga-agent
`;
}
