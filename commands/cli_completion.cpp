// cairn completion bash|zsh|fish: made from the commands themselves, so that it cannot lag behind them.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

// One line for each command that can be typed: its words, then what may follow.
struct Words {
  std::string path;  // "key new"; empty for cairn itself
  std::vector<std::string> next;
  std::string description;
};

void collect(const CLI::App& app, const std::string& path, std::vector<Words>& all) {
  Words words{path, {}, app.get_description()};
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    words.next.push_back(command->get_name());
    collect(*command, path + (path.empty() ? "" : " ") + command->get_name(), all);
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words.next.push_back("--" + name);
  }
  all.push_back(std::move(words));
}

// Shared by bash and zsh: the longest command that the words typed so far spell decides what may follow.
std::string bash_script(const std::vector<Words>& all) {
  std::string cases;
  for (const Words& words : all) cases += "    \"" + words.path + "\") next=\"" + joined(words.next, " ") + "\" ;;\n";
  return "_cairn() {\n"
         "  local path=\"\" word next=\"\" i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    word=\"${COMP_WORDS[i]}\"\n"
         "    [[ $word == -* ]] && continue\n"
         "    case \" $(_cairn_commands) \" in *\" ${path:+$path/}$word \"*) path=\"${path:+$path/}$word\" ;; esac\n"
         "  done\n"
         "  case \"${path//\\// }\" in\n" +
         cases +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$next\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "  [[ ${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n";
}

std::string command_list(const std::vector<Words>& all) {
  std::string list;
  for (const Words& words : all) {
    std::string path = words.path;
    for (char& c : path) {
      if (c == ' ') c = '/';
    }
    if (!path.empty()) list += (list.empty() ? "" : " ") + path;
  }
  return "_cairn_commands() { echo \"" + list + "\"; }\n";
}

std::string fish_script(const std::vector<Words>& all) {
  std::string script = "complete -c cairn -f\n";
  for (const Words& words : all) {
    const auto parts = split(words.path, ' ');
    std::string condition = "__fish_use_subcommand";
    if (!words.path.empty()) {
      condition.clear();
      for (const std::string_view part : parts) {
        condition += (condition.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + std::string(part));
      }
    }
    for (const std::string& next : words.next) {
      const bool option = next.starts_with("--");
      script += "complete -c cairn -n '" + condition + "' " + (option ? "-l " + next.substr(2) : "-a " + next) + "\n";
    }
  }
  return script;
}

}  // namespace

void add_completion_command(CLI::App& app, Invocation& invocation) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = add_command(app, "completion", "Print a completion script for a shell",
                                  "cairn completion bash > /etc/bash_completion.d/cairn");
  command->add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([&app, &invocation, shell] {
    invocation.action = [&app, shell]() -> Result<Exit> {
      std::vector<Words> all;
      collect(app, "", all);
      if (*shell == "fish") {
        print(fish_script(all));
      } else {
        const std::string zsh = *shell == "zsh" ? "#compdef cairn\nautoload -U +X bashcompinit && bashcompinit\n" : "";
        print(zsh + command_list(all) + bash_script(all) + "complete -F _cairn cairn\n");
      }
      return Exit::done;
    };
  });
}

}  // namespace cairn
