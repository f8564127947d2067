// completion: what a shell needs to complete commands, options and files.
#include "cmd/gstore/commands.h"

namespace gs::cli {
namespace {

constexpr std::string_view kBash = R"(# Completion of gstore for bash.
_gstore() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -d|--directory) ((i++)) ;;
      -*) ;;
      *) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  case $before in
    -d|--directory) COMPREPLY=($(compgen -d -- "$word")); return ;;
    -f|--format) COMPREPLY=($(compgen -W 'ndjson json csv' -- "$word")); return ;;
    --schema) COMPREPLY=($(compgen -d -- "$word")); return ;;
    blob) COMPREPLY=($(compgen -W 'put get' -- "$word")); return ;;
    counter) COMPREPLY=($(compgen -W 'add' -- "$word")); return ;;
    elements) COMPREPLY=($(compgen -W 'add remove' -- "$word")); return ;;
    list) COMPREPLY=($(compgen -W 'insert delete move set' -- "$word")); return ;;
    tree) COMPREPLY=($(compgen -W 'create move set delete show' -- "$word")); return ;;
    text) COMPREPLY=($(compgen -W 'cursor find mark marks splice unmark' -- "$word")); return ;;
    bundle) COMPREPLY=($(compgen -W 'create apply' -- "$word")); return ;;
    schema) COMPREPLY=($(compgen -W 'show check diff apply' -- "$word")); return ;;
    completion) COMPREPLY=($(compgen -W 'bash' -- "$word")); return ;;
  esac
  if [[ -z $command ]]; then
    COMPREPLY=($(compgen -W '@COMMANDS@ help -d --json --help --version' -- "$word"))
  elif [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W '-d --directory --json --help' -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _gstore gstore
)";

}  // namespace

Result<Exit> completion(Session& session) {
  std::string names;
  std::string_view last;
  for (const Command& command : kCommands) {
    // Of "blob put" and "blob get" the one word, once: commands of one word stand together.
    const std::string_view whole(command.name);
    const std::string_view name = whole.substr(0, whole.find(' '));
    if (name == last) continue;
    last = name;
    if (!names.empty()) names += ' ';
    names += name;
  }
  constexpr std::string_view kPlace = "@COMMANDS@";
  std::string script(kBash);
  script.replace(script.find(kPlace), kPlace.size(), names);
  session.out.write(script);
  return Exit::ok;
}

}  // namespace gs::cli
