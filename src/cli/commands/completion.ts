import type { CommandSpec } from '../command.ts';

/** Each asks `labctl __complete` with the words typed so far; where it has none, files it is. */
const SCRIPTS = {
  bash: `_labctl() {
  local line="\${COMP_LINE:0:COMP_POINT}" words word
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  word="\${words[\${#words[@]} - 1]}"
  local IFS=$'\\n'
  COMPREPLY=($(labctl __complete -- "\${words[@]:1}" 2>/dev/null))
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace
  # To bash a word ends at : and =, so what is before them is there already.
  COMPREPLY=("\${COMPREPLY[@]#"\${word%"\${word##*[:=]}"}"}")
}
complete -o default -F _labctl labctl`,
  zsh: `#compdef labctl
_labctl() {
  local -a found ready open
  found=("\${(@f)$(labctl __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  ready=("\${(@)found:#*=}")
  open=("\${(@M)found:#*=}")
  [[ -n "\${found[1]}" ]] || { _files; return }
  compadd -- "\${(@)ready}"
  compadd -S '' -- "\${(@)open}"
}
compdef _labctl labctl`,
  fish: `function __labctl_complete
  set -l words (commandline -opc)
  set -l found (labctl __complete -- $words[2..] (commandline -ct) 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c labctl -f -a '(__labctl_complete)'`,
} as const;

const SHELLS = Object.keys(SCRIPTS);

export const completion: CommandSpec = {
  name: 'completion',
  summary: 'print a completion script for a shell',
  examples: [
    'completion bash >> ~/.bashrc',
    'completion zsh >> ~/.zshrc        # behind compinit',
    'completion fish > ~/.config/fish/completions/labctl.fish',
  ],
  configure: (command) => {
    const shell = command.createArgument('<shell>', SHELLS.join(', ')).choices(SHELLS);
    return command.addArgument(shell);
  },
  run: async (_context, shell: keyof typeof SCRIPTS) => {
    process.stdout.write(`${SCRIPTS[shell]}\n`);
  },
};

/** What the scripts call. It stands in no help. */
export const hiddenComplete: CommandSpec = {
  name: '__complete',
  summary: 'words that may stand next',
  examples: ['__complete -- fault add lat'],
  configure: (command) => command.argument('[words...]', 'behind --'),
  run: async ({ shared }, typed: readonly string[]) => {
    const [{ complete }, { words }] = await Promise.all([
      import('../complete.ts'),
      import('../../lab/words.ts'),
    ]);
    const found = await complete(typed, words, shared.lab);
    process.stdout.write(found.map((word) => `${word}\n`).join(''));
  },
};
